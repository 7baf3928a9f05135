import { escapedXml } from './svg.ts'
import { ownTimes, placeOf, type CallFrame, type Profile } from './profile.ts'

const WIDTH = 1400
const ROW = 18
const HEAD = 30
/** Narrower ones are left out: nobody could point at them. */
const LEAST = 0.5
const CHARACTER = 6.4
const MARGIN = 4

const STYLE = `text { font: 11px ui-monospace, monospace; fill: #1f2328; pointer-events: none }
    rect { stroke: #ffffff; stroke-width: 0.5 }
    .ours { fill: #7fd1ae }
    .package { fill: #f0c987 }
    .node { fill: #a9c5ec }
    .native { fill: #d0d5db }`

/** Whose a function is, as the picture tells it by its colour. */
const ownerOf = ({ url }: CallFrame): string => {
  if (url === '' || url.startsWith('wasm:')) return 'native'
  if (!url.startsWith('file:')) return 'node'
  return url.includes('/node_modules/') ? 'package' : 'ours'
}

/** A function as it was called from the one above it. */
interface Call {
  readonly frame: CallFrame
  /** Microseconds of it and of what it called. */
  readonly time: number
  readonly children: readonly Call[]
}

/** The calls below the root, those that took longest first. */
const callsOf = (profile: Profile, share: number): readonly Call[] => {
  const own = ownTimes(profile, share)
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  const callOf = (id: number): Call[] => {
    const node = byId.get(id)
    if (!node) return []
    const children = (node.children ?? []).flatMap(callOf).toSorted((one, other) => other.time - one.time)
    const time = children.reduce((sum, child) => sum + child.time, own.get(id) ?? 0)
    return time === 0 ? [] : [{ frame: node.callFrame, time, children }]
  }
  const [root] = profile.nodes
  return root ? callOf(root.id).flatMap(({ children }) => children) : []
}

/**
 * What called what, and for how long, as an SVG: the callers above, the length of a bar its share of the time in which
 * the process was at work. Only the end of the profile, by `share` of its samples. Who points at a bar is told its place.
 */
export const flameGraph = (profile: Profile, share: number, title: string): string => {
  const calls = callsOf(profile, share)
  const whole = calls.reduce((sum, { time }) => sum + time, 0)
  const bars: string[] = []
  let depth = 0
  const draw = (level: readonly Call[], row: number, from: number): void => {
    let left = from
    for (const { frame, time, children } of level) {
      const width = (time / whole) * WIDTH
      if (width >= LEAST) {
        depth = Math.max(depth, row + 1)
        bars.push(barOf({ frame, left, top: HEAD + row * ROW, width, time, share: time / whole }))
        draw(children, row + 1, left)
      }
      left += width
    }
  }
  draw(calls, 0, 0)
  const height = HEAD + depth * ROW + MARGIN
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">`,
    `  <style>${STYLE}</style>`,
    `  <text x="${MARGIN}" y="19">${escapedXml(title)}</text>`,
    ...bars.map((bar) => `  ${bar}`),
    '</svg>',
    '',
  ].join('\n')
}

interface Bar {
  readonly frame: CallFrame
  readonly left: number
  readonly top: number
  readonly width: number
  readonly time: number
  readonly share: number
}

const barOf = ({ frame, left, top, width, time, share }: Bar): string => {
  const told = `${placeOf(frame)}: ${(share * 100).toFixed(1)} %, ${(time / 1000).toFixed(0)} ms`
  const rect = `<rect class="${ownerOf(frame)}" x="${left.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${ROW}"/>`
  const room = Math.floor((width - MARGIN) / CHARACTER)
  const name = (frame.functionName || placeOf(frame)).slice(0, Math.max(0, room))
  const label =
    room < 3 ? '' : `<text x="${(left + MARGIN / 2).toFixed(1)}" y="${top + ROW - 5}">${escapedXml(name)}</text>`
  return `<g><title>${escapedXml(told)}</title>${rect}${label}</g>`
}
