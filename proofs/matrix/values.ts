import type { ModelGraph, ModelInput } from '../model/rule.ts'
import type { Thing, Things } from '../stage/things.ts'

/** What arguments are made of: the graph's types, and the things that stand in the world. */
export interface ValueSource {
  readonly graph: ModelGraph
  readonly target: Things
  readonly neighbour: Things
  /** By coordinate: arguments that are sent besides, with which a subscription has something to say at once. */
  readonly replay: ReadonlyMap<string, Readonly<Record<string, unknown>>>
}

/** Where a value is wanted. */
interface Wanted {
  /** `Mutation.createBucket`. */
  readonly coordinate: string
  /** The type that the root field returns: what its `id` is an id of. */
  readonly returns: string
  /** Argument paths that carry the scope: never left out. */
  readonly scopePaths: readonly (readonly string[])[]
}

/** A value that nobody told how to make: the case is missing, and the proof fails with this text. */
export class NoValue extends Error {}

/** What the name of an id does not say by itself. */
const ID_OF: Readonly<Record<string, string>> = {
  'Mutation.markNotificationsRead:ids': 'Notification',
  'Mutation.dismissNotifications:ids': 'Notification',
  'Mutation.markAllNotificationsRead:upTo': 'Notification',
  'Mutation.openTerminal:replaces': 'TerminalSession',
  'Mutation.reattachTerminal:sessionId': 'TerminalSession',
  'Mutation.closeTerminal:sessionId': 'TerminalSession',
}

/** Ids that must be of another project than the scope's. */
const OF_NEIGHBOUR = new Set(['subjectProjectId'])

const SHA256 = `sha256:${'0123456789abcdef'.repeat(4)}`

let made = 0

/** Texts that a mutation looks into, by the name of their field; anything else may be any text. */
const TEXTS: Readonly<Record<string, (serial: string) => string>> = {
  image: () => `registry.example/proof/image@${SHA256}`,
  manifestHash: () => SHA256,
  hostname: (serial) => `proof-${serial}.northwind.example`,
  endpoint: () => 'http:8080',
  skuCode: () => 'l40s-1',
  email: (serial) => `proof-${serial}@northwind.example`,
}

const text = (name: string): string => {
  made += 1
  const serial = `${made.toString(36)}-${process.pid.toString(36)}`
  return TEXTS[name]?.(serial) ?? `proof-${serial}`
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** The thing that an ID argument names: `environmentId` an Environment, `id` what is returned, `grantId` a StorageGrant. */
export const thingNamed = (
  { target, neighbour }: ValueSource,
  name: string,
  coordinate: string,
  returns: string,
): Thing => {
  const things = OF_NEIGHBOUR.has(name) ? neighbour : target
  const told = ID_OF[`${coordinate}:${name}`]
  const bare = capitalised(name.replace(/Ids?$/, ''))
  const candidates = told === undefined ? (name === 'id' ? [returns] : [bare]) : [told]
  const exact = candidates.map((type) => things.get(type)).find((thing) => thing !== undefined)
  const byEnd = [...things.values()].filter(({ type }) => bare.endsWith(type) || type.endsWith(bare))
  const found = exact ?? (byEnd.length === 1 ? byEnd[0] : undefined)
  if (found === undefined) throw new NoValue(`nothing in the world for the id ${name} of ${coordinate}`)
  return found
}

const bareType = (type: string): string => type.replaceAll(/[[\]!]/g, '')

const isWanted = ({ name, type, hasDefault }: ModelInput, path: readonly string[], { scopePaths }: Wanted): boolean =>
  (type.endsWith('!') && !hasDefault) ||
  scopePaths.some((scope) => [...path, name].every((part, index) => scope[index] === part))

const scalarValue = (type: string, name: string, source: ValueSource, { coordinate, returns }: Wanted): unknown => {
  switch (type) {
    case 'ID':
      return thingNamed(source, name, coordinate, returns).key
    case 'String':
      return text(name)
    case 'Int':
      return 1
    case 'Boolean':
      return true
    case 'DateTime':
      return new Date(Date.now() + 86_400_000).toISOString()
    default:
      throw new NoValue(`no value of the scalar ${type} for ${name} of ${coordinate}`)
  }
}

const valueOf = (input: ModelInput, path: readonly string[], source: ValueSource, wanted: Wanted): unknown => {
  const type = bareType(input.type)
  const fields = source.graph.inputs.get(type)
  const [first] = source.graph.enums.get(type) ?? []
  const here = [...path, input.name]
  const value =
    fields === undefined
      ? (first ?? scalarValue(type, input.name, source, wanted))
      : inputValues(fields, here, source, wanted)
  return input.type.startsWith('[') ? [value] : value
}

const inputValues = (inputs: readonly ModelInput[], path: readonly string[], source: ValueSource, wanted: Wanted) =>
  Object.fromEntries(
    inputs
      .filter((input) => isWanted(input, path, wanted))
      .map((input) => [input.name, valueOf(input, path, source, wanted)]),
  )

/** Values of all arguments that are required, or carry the scope. New texts each time. Throws `NoValue`. */
export const argumentValues = (
  inputs: readonly ModelInput[],
  source: ValueSource,
  wanted: Wanted,
): Readonly<Record<string, unknown>> => ({
  ...inputValues(inputs, [], source, wanted),
  ...source.replay.get(wanted.coordinate),
})
