/** What one coordinate asks of a caller, as the proofs read it from the supergraph's text: not the product's reader. */
export interface ModelRule {
  readonly kind: 'project' | 'organization' | 'self' | 'platform' | 'public'
  /** Undefined for `self` and `public`. */
  readonly capability: string | undefined
  /** Path of the argument (on an object: the field) that carries the scope; undefined where none is named. */
  readonly path: readonly string[] | undefined
}

/** An argument or input field: its name and its type as it is written, `[ID!]!`. */
export interface ModelInput {
  readonly name: string
  readonly type: string
  readonly hasDefault: boolean
}

export interface ModelField {
  readonly name: string
  /** The named type that it returns, without lists and non-nulls. */
  readonly type: string
  readonly inputs: readonly ModelInput[]
  readonly rules: readonly ModelRule[]
  readonly isSensitive: boolean
  readonly isAudited: boolean
  /** The edge leaves its project: what was decided before it counts no more. */
  readonly isCrossScope: boolean
  /** The subgraphs that resolve it. */
  readonly subgraphs: readonly string[]
}

/** One `@key` of a type in one subgraph. */
export interface ModelKey {
  readonly subgraph: string
  readonly fields: string
}

export interface ModelType {
  readonly name: string
  readonly kind: 'object' | 'interface' | 'union'
  /** Of an object; what stands on an interface or union protects nothing, and is not read. */
  readonly rules: readonly ModelRule[]
  readonly fields: ReadonlyMap<string, ModelField>
  /** Interfaces of an object, members of a union. */
  readonly related: readonly string[]
  /** Keys by which a subgraph can be asked for it. */
  readonly keys: readonly ModelKey[]
  /** Subgraphs that see the interface as one object (`@interfaceObject`). */
  readonly interfaceObjectIn: readonly string[]
  readonly subgraphs: readonly string[]
}

/** A supergraph as the proofs see it. */
export interface ModelGraph {
  readonly roots: { readonly query: string; readonly mutation: string; readonly subscription: string }
  readonly types: ReadonlyMap<string, ModelType>
  /** Fields of input types. */
  readonly inputs: ReadonlyMap<string, readonly ModelInput[]>
  readonly enums: ReadonlyMap<string, readonly string[]>
  /** False for a graph that does not link the family: then nothing is promised and nothing to prove. */
  readonly usesScopes: boolean
}
