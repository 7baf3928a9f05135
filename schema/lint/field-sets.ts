import { Kind, parse, type SelectionSetNode } from 'graphql'

/**
 * The selection that a directive holds as text, `id owner { id }`; undefined where it is none, which composition
 * then says.
 */
export const readFieldSet = (text: unknown): SelectionSetNode | undefined => {
  if (typeof text !== 'string') return undefined
  try {
    const body = text.trim()
    const [operation] = parse(body.startsWith('{') ? body : `{ ${body} }`).definitions
    return operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet : undefined
  } catch {
    return undefined
  }
}

/** The fields of a key that stand at its top: an id of a nested object says nothing of this one's scope. */
export const topFields = (text: unknown): readonly string[] =>
  readFieldSet(text)?.selections.flatMap((node) => (node.kind === Kind.FIELD ? [node.name.value] : [])) ?? []

/** `$name { fields }` of `@fromContext`: the context's name, and what is selected of the object that set it. */
export const readContextSelection = (
  text: unknown,
): { readonly context: string; readonly selection: SelectionSetNode } | undefined => {
  if (typeof text !== 'string') return undefined
  const [, context, body] = /^[\s,]*\$[\s,]*(\w+)([^]*)$/.exec(text) ?? []
  const selection = readFieldSet(body)
  return context === undefined || selection === undefined ? undefined : { context, selection }
}
