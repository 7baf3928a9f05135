import { Kind, parse, parseType, type ConstDirectiveNode, type SelectionSetNode, type TypeNode } from 'graphql'
import { argumentOf } from './join-directives.ts'

/** An argument of a field that an object above says (`@fromContext`), as the subgraph that answers the field has it. */
export interface ContextArgument {
  readonly name: string
  readonly type: TypeNode
  readonly context: string
  /** What is told of whichever object sets the context: one field, or one for each of its types. */
  readonly selection: SelectionSetNode
}

const CONTEXT_ARGUMENTS = 'contextArguments'

/** Those of a `@join__field`. */
export const contextArgumentsOf = (join: ConstDirectiveNode): readonly ContextArgument[] => {
  const given = argumentOf(join, CONTEXT_ARGUMENTS)
  if (given?.kind !== Kind.LIST) return []
  return given.values.flatMap((entry) => {
    if (entry.kind !== Kind.OBJECT) return []
    const text = (key: string): string => {
      const value = entry.fields.find(({ name }) => name.value === key)?.value
      return value?.kind === Kind.STRING ? value.value : ''
    }
    const type = parseType(text('type'), { noLocation: true })
    return [{ name: text('name'), type, context: text('context'), selection: selectionOf(text('selection')) }]
  })
}

/** The same of nobody: what the planner does not know it cannot plan wrong. */
export const withoutContextArguments = (join: ConstDirectiveNode): ConstDirectiveNode => ({
  ...join,
  arguments: (join.arguments ?? []).filter(({ name }) => name.value !== CONTEXT_ARGUMENTS),
})

/** `{ field }` of whatever sets the context, or `... on Type { field }` for each. */
const selectionOf = (text: string): SelectionSetNode => {
  const [operation] = parse(text.trim().startsWith('{') ? text : `{${text}}`, { noLocation: true }).definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`No selection of a context: ${text}`)
  return operation.selectionSet
}
