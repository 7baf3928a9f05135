import { Kind, type SelectionSetNode } from 'graphql'
import type { Rule, ScopeRule } from '../../directives/rule.ts'
import type { MergedGraph } from './merged-graph.ts'
import { behind, type SharedScopes } from './same-scope.ts'

/** What whoever asks has been asked for already. */
export interface Asker {
  readonly scopes: readonly ScopeRule[]
  /** The strictest second factor asked for; undefined for none. */
  readonly maxAgeSeconds: number | undefined
}

/** Something that a selection reaches and that the rule of its asker does not imply. */
export interface Unimplied {
  readonly coordinate: string
  readonly what: string
}

const written = (scope: ScopeRule): string => {
  switch (scope.kind) {
    case 'project':
      return `@projectScoped(capability: ${scope.capability})`
    case 'organization':
      return `@orgScoped(capability: ${scope.capability})`
    case 'platform':
      return `@platformScoped(capability: ${scope.capability})`
    case 'self':
      return '@selfScoped'
    case 'public':
      return '@public'
  }
}

/** The same scope source and the same capability, or public. A scope that an argument names is a source of its own. */
const isImplied = (scope: ScopeRule, isOnField: boolean, shared: SharedScopes, asker: Asker): boolean => {
  switch (scope.kind) {
    case 'public':
      return true
    case 'self':
      return shared.self && asker.scopes.some(({ kind }) => kind === 'self')
    case 'platform':
      return asker.scopes.some((own) => own.kind === 'platform' && own.capability === scope.capability)
    case 'project':
    case 'organization':
      if (!shared[scope.kind] || (isOnField && scope.path !== undefined)) return false
      return asker.scopes.some((own) => own.kind === scope.kind && own.capability === scope.capability)
  }
}

/**
 * Everything that a selection on a type reaches, through every hop, type condition and possible type, and that the
 * asker's rule does not imply.
 */
export const unimplied = (
  graph: MergedGraph,
  selection: SelectionSetNode,
  start: { readonly type: string; readonly shared: SharedScopes },
  asker: Asker,
): readonly Unimplied[] => {
  const found = new Map<string, Unimplied>()

  const check = (coordinate: string, rules: readonly Rule[], isOnField: boolean, shared: SharedScopes): void => {
    for (const { scopes, sensitive } of rules) {
      const scope = scopes.find((candidate) => !isImplied(candidate, isOnField, shared, asker))
      if (scope !== undefined) found.set(coordinate, { coordinate, what: written(scope) })
      else if (sensitive !== undefined && (asker.maxAgeSeconds ?? Infinity) > sensitive.maxAgeSeconds)
        found.set(coordinate, { coordinate, what: `@sensitive(maxAgeSeconds: ${sensitive.maxAgeSeconds})` })
    }
  }

  const visit = ({ selections }: SelectionSetNode, type: string, shared: SharedScopes): void => {
    for (const node of selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) visit(node.selectionSet, node.typeCondition?.name.value ?? type, shared)
      if (node.kind !== Kind.FIELD || node.name.value === '__typename') continue
      const field = node.name.value
      const next = new Map<string, readonly [type: string, shared: SharedScopes]>()
      for (const possible of graph.possible(type)) {
        const coordinate = `${possible}.${field}`
        check(coordinate, graph.objectRules(possible), false, shared)
        check(coordinate, graph.fieldRules(possible, field), true, shared)
        const reached = behind(graph, possible, field, shared)
        for (const returned of graph.fields(possible).get(field) ?? [])
          next.set(JSON.stringify([returned, reached]), [returned, reached])
      }
      if (node.selectionSet)
        for (const [returned, reached] of next.values()) visit(node.selectionSet, returned, reached)
    }
  }

  visit(selection, start.type, start.shared)
  return [...found.values()]
}
