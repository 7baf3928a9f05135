import { expect, test } from '@jest/globals'
import { flameGraph } from './flame-graph.ts'
import type { Profile } from './profile.ts'

const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 4 })

/** The root; what is idle; a handler that calls a package for three quarters of its time, and the collector. */
const profile: Profile = {
  nodes: [
    { id: 1, callFrame: frame('(root)', ''), children: [2, 3, 5] },
    { id: 2, callFrame: frame('(idle)', '') },
    { id: 3, callFrame: frame('handle', 'file:///x/gateway/http/route.ts'), children: [4] },
    { id: 4, callFrame: frame('parse<T>', 'file:///x/node_modules/parser/index.js') },
    { id: 5, callFrame: frame('(garbage collector)', '') },
  ],
  // The first half is left out.
  samples: [5, 5, 5, 5, 5, 2, 3, 4, 4, 5],
  timeDeltas: [1000, 1000, 1000, 1000, 1000, 9000, 1000, 1500, 1500, 1000],
}

const barsOf = (svg: string) =>
  [...svg.matchAll(/<title>(.*?)<\/title><rect class="(\w+)" x="([\d.]+)" y="(\d+)" width="([\d.]+)"/g)].map(
    ([, told, owner, x, y, width]) => ({ told, owner, x: Number(x), y: Number(y), width: Number(width) }),
  )

test('bars are as long as the time of what was called, below their callers', () => {
  const [handle, parse, collector, ...more] = barsOf(flameGraph(profile, 0.5, 'wide'))
  expect(more).toEqual([])
  expect(handle).toEqual({
    told: 'handle gateway/http/route.ts:5: 80.0 %, 4 ms',
    owner: 'ours',
    x: 0,
    y: 30,
    width: 1120,
  })
  expect(parse).toMatchObject({ owner: 'package', x: 0, y: 48, width: 840 })
  expect(parse?.told).toBe('parse&lt;T&gt; node_modules/parser/index.js:5: 60.0 %, 3 ms')
  expect(collector).toMatchObject({ owner: 'native', x: 1120, y: 30, width: 280 })
})

test('what nobody could point at is left out, and what the process waited for', () => {
  const nodes = profile.nodes.map((node) => (node.id === 1 ? { ...node, children: [2, 3, 5, 6] } : node))
  const tiny = { id: 6, callFrame: frame('tiny', 'node:fs') }
  const svg = flameGraph(
    { nodes: [...nodes, tiny], samples: [...profile.samples, 6], timeDeltas: [...profile.timeDeltas, 1] },
    1,
    'a < b',
  )
  expect(svg).not.toMatch(/tiny|idle/)
  expect(svg).toContain('>a &lt; b</text>')
})
