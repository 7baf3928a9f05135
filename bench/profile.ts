import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What V8's sampling profiler writes with `--cpu-prof`, as far as it is read here. */
const profileFile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

type Profile = z.infer<typeof profileFile>

/** A part of a profile, in milliseconds: so long, and so long before its end. */
export interface Span {
  readonly length: number
  readonly beforeEnd: number
}

const IDLE = new Set(['(idle)', '(program)', '(root)'])

/** Microseconds of the span in which the process was at work inside of files that `isAsked` names, or of what they called. */
export const timeInside = (profile: Profile, span: Span, isAsked: (url: string) => boolean): number => {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const inside = new Set<number>()
  const walk = (id: number, isBelow: boolean): void => {
    const node = nodes.get(id)
    if (node === undefined) return
    const isInside = isBelow || isAsked(node.callFrame.url)
    if (isInside && !IDLE.has(node.callFrame.functionName)) inside.add(id)
    for (const child of node.children ?? []) walk(child, isInside)
  }
  const [root] = profile.nodes
  if (root !== undefined) walk(root.id, false)
  const whole = profile.timeDeltas.reduce((sum, elapsed) => sum + elapsed, 0)
  const end = whole - span.beforeEnd * 1000
  const begin = end - span.length * 1000
  let [at, time] = [0, 0]
  for (const [index, id] of profile.samples.entries()) {
    const elapsed = profile.timeDeltas[index] ?? 0
    at += elapsed
    if (at >= begin && at <= end && inside.has(id)) time += elapsed
  }
  return time
}

/** The one profile in the directory. */
export const readProfile = async (directory: string): Promise<Profile> => {
  const [name, ...others] = (await readdir(directory)).filter((file) => file.endsWith('.cpuprofile'))
  if (name === undefined || others.length > 0) throw new Error(`There is not one profile in ${directory}`)
  return profileFile.parse(JSON.parse(await readFile(join(directory, name), 'utf8')))
}
