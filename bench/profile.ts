import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What V8's sampling profiler writes with `--cpu-prof`, as far as it is read here. */
const profileFile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

export type Profile = z.infer<typeof profileFile>
export type CallFrame = Profile['nodes'][number]['callFrame']

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

export interface SelfTime {
  readonly place: string
  /** Of the time in which the process was at work. */
  readonly share: number
}

/** Microseconds of each node itself, by its id, where the process was at work: only the end of the profile, by `share` of its samples. */
export const ownTimes = ({ nodes, samples, timeDeltas }: Profile, share: number): ReadonlyMap<number, number> => {
  const idle = new Set(nodes.filter(({ callFrame }) => IDLE.has(callFrame.functionName)).map(({ id }) => id))
  const times = new Map<number, number>()
  for (let index = Math.floor(samples.length * (1 - share)); index < samples.length; index += 1) {
    const id = samples[index] ?? -1
    if (!idle.has(id)) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0))
  }
  return times
}

/** A function, its file from the folder of its project on, and its line. */
export const placeOf = ({ functionName, url, lineNumber }: CallFrame): string => {
  const file = url
    .replace(/^.*(?=node_modules\/)/, '')
    .replace(/^file:\/\/.*?\/(?=(?:gateway|platform|directives|bench)\/)/, '')
  return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`
}

/** What the process spent its own time in, most first; only the end of the profile, by `share` of its samples. */
export const selfTimes = (profile: Profile, share: number): readonly SelfTime[] => {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  const times = new Map<string, number>()
  let whole = 0
  for (const [id, elapsed] of ownTimes(profile, share)) {
    const frame = byId.get(id)?.callFrame
    if (frame === undefined) continue
    whole += elapsed
    const place = placeOf(frame)
    times.set(place, (times.get(place) ?? 0) + elapsed)
  }
  return [...times].map(([place, time]) => ({ place, share: time / whole })).toSorted((a, b) => b.share - a.share)
}

/** The one profile in the directory. */
export const readProfile = async (directory: string): Promise<Profile> => {
  const [name, ...others] = (await readdir(directory)).filter((file) => file.endsWith('.cpuprofile'))
  if (name === undefined || others.length > 0) throw new Error(`There is not one profile in ${directory}`)
  return profileFile.parse(JSON.parse(await readFile(join(directory, name), 'utf8')))
}
