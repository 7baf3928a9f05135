import type { FetchDataRewrite, FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, print, visit, type DocumentNode, type FieldNode } from 'graphql'
import { documentOf } from './fetch-document.ts'
import { mapFetches } from './map-fetches.ts'

/** An operation in which no name that its caller chose is one that the planner uses for itself. */
export interface OwnNames {
  readonly document: DocumentNode
  /** Turns a plan of that operation into one of the caller's, in which the planner's fields are the ones renamed. */
  readonly restore: (plan: QueryPlan) => QueryPlan
}

/**
 * The planner (2.14) adds what keys and requirements need under its own name, and takes a caller's `upc: id` for the key
 * `upc`. Where a caller uses such a name for anything else, with arguments or as an alias, both get names of their own.
 */
export const separateNames = (document: DocumentNode, required: ReadonlySet<string>): OwnNames => {
  const [clashing, known] = clashesOf(document, required)
  if (clashing.size === 0) return { document, restore: (plan) => plan }
  const unused = (suffix: string): string =>
    [...clashing].some((name) => known.has(name + suffix) || required.has(name + suffix))
      ? unused(`${suffix}_`)
      : suffix
  const [ofCaller, ofPlanner] = [unused('__caller'), unused('__planner')]
  const callers = new Map([...clashing].map((name) => [name + ofCaller, name]))
  const rename = (key: string): string => callers.get(key) ?? (clashing.has(key) ? key + ofPlanner : key)
  return {
    document: visit(document, {
      Field: (field) => (clashing.has(keyOf(field)) ? under(field, keyOf(field) + ofCaller) : undefined),
    }),
    restore: (plan) => mapFetches(plan, { path: rename, fetch: (node) => restoreFetch(node, rename) }),
  }
}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value

const under = (field: FieldNode, key: string): FieldNode => {
  if (field.name.value !== key) return { ...field, alias: { kind: Kind.NAME, value: key } }
  const { alias, ...plain } = field
  return alias ? plain : field
}

/** The response names of the document that are its caller's and the planner's, and all its response names. */
const clashesOf = (
  document: DocumentNode,
  required: ReadonlySet<string>,
): readonly [clashing: ReadonlySet<string>, known: ReadonlySet<string>] => {
  const clashing = new Set<string>()
  const known = new Set<string>()
  visit(document, {
    Field: (field) => {
      const key = keyOf(field)
      known.add(key)
      const isItself = field.name.value === key && !field.arguments?.length
      if (!isItself && required.has(key)) clashing.add(key)
    },
  })
  return [clashing, known]
}

type RenameKey = (key: string) => string

const restoreFetch = (node: FetchNode, rename: RenameKey): FetchNode => {
  const document = visit(documentOf(node), {
    Field: (field) => {
      const key = rename(keyOf(field))
      return key === keyOf(field) ? undefined : under(field, key)
    },
  })
  const { requires, outputRewrites, contextRewrites } = node
  return {
    ...node,
    operation: print(document),
    operationDocumentNode: document,
    ...(requires && { requires: requires.map((selection) => restoreSelection(selection, rename)) }),
    ...(outputRewrites && { outputRewrites: outputRewrites.map((rewrite) => restoreRewrite(rewrite, rename)) }),
    ...(contextRewrites && {
      contextRewrites: contextRewrites.map((rewrite) => ({ ...rewrite, path: rewrite.path.map(rename) })),
    }),
  }
}

/** Read under the new name, sent under the field's own. */
const restoreSelection = (selection: QueryPlanSelectionNode, rename: RenameKey): QueryPlanSelectionNode => {
  const selections = selection.selections?.map((nested) => restoreSelection(nested, rename))
  if (selection.kind === 'InlineFragment') return { ...selection, selections: selections ?? [] }
  const key = selection.alias ?? selection.name
  return {
    ...selection,
    ...(rename(key) !== key && { alias: rename(key) }),
    ...(selections && { selections }),
  }
}

const restoreRewrite = (rewrite: FetchDataRewrite, rename: RenameKey): FetchDataRewrite => {
  const path = rewrite.path.map(rename)
  return rewrite.kind === 'KeyRenamer'
    ? { ...rewrite, path, renameKeyTo: rename(rewrite.renameKeyTo) }
    : { ...rewrite, path }
}
