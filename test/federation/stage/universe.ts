/** What the subgraphs of a case know together. Each answers its own part of it, and the monolith all of it. */
export interface Universe {
  readonly Query: Thing
  readonly Mutation?: Thing
  /** Everything that a key can name. */
  readonly entities?: readonly Thing[]
  /** What fields are told of objects above them, by coordinate; where it is left out the things know it themselves. */
  readonly told?: Readonly<Record<string, Told>>
}

/** One argument, and the field that says it of each type that does: the nearest object tells. */
export interface Told {
  readonly argument: string
  readonly says: Readonly<Record<string, string>>
}

/** An object of the graph: values by field name, or functions of the arguments and of what the object knows of itself. */
export type Thing = { readonly __typename?: string } & Readonly<Record<string, unknown>>

export type Arguments = Readonly<Record<string, unknown>>

export const isThing = (value: unknown): value is Thing =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One object as a field of it sees it: in a subgraph that is what `@requires` has sent, and what is the subgraph's own. */
export class View {
  readonly get: (name: string, args?: Arguments) => unknown

  constructor(get: (name: string, args?: Arguments) => unknown) {
    this.get = get
  }

  number(name: string, args?: Arguments): number {
    return Number(this.get(name, args))
  }

  text(name: string, args?: Arguments): string {
    return String(this.get(name, args))
  }

  of(name: string, args?: Arguments): View {
    return viewOf(this.get(name, args))
  }

  all(name: string, args?: Arguments): readonly View[] {
    const value = this.get(name, args)
    return Array.isArray(value) ? value.map(viewOf) : []
  }
}

/** A field of an object as everything there is knows it. */
export const read = (thing: Thing, name: string, args: Arguments, view: View = viewOf(thing)): unknown => {
  const value = Object.hasOwn(thing, name) ? thing[name] : undefined
  return isField(value) ? value(args, view) : value
}

type Field = (args: Arguments, view: View) => unknown

const isField = (value: unknown): value is Field => typeof value === 'function'

const viewOf = (value: unknown): View =>
  new View((name, args = {}) => (isThing(value) ? read(value, name, args) : null))
