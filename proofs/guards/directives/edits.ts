import { Kind, parse, visit, type ConstDirectiveNode, type DocumentNode } from 'graphql'
import { CAPABILITIES } from '../../../directives/capabilities.ts'
import type { FamilyDirective } from '../../../directives/definitions.ts'
import { directiveSites } from '../../../directives/directive-sites.ts'
import { familyNames } from '../../../directives/links.ts'
import type { ModelGraph, ModelInput } from '../../model/rule.ts'

/** One use of the family in a subgraph's document. */
export interface Use {
  readonly coordinate: string
  readonly type: string
  readonly field: string | undefined
  readonly directive: FamilyDirective
  readonly node: ConstDirectiveNode
}

/** A change of one use; without a replacement it is taken out. */
export interface Edit {
  readonly change: string
  readonly replacement: ConstDirectiveNode | null
}

/** Every use on an object or a field of one; the nodes are those of the document itself. */
export const usesIn = (document: DocumentNode): readonly Use[] => {
  const names = familyNames(document)
  return directiveSites(document)
    .filter(({ on }) => on === 'object')
    .flatMap(({ coordinate, type, field, directives }) =>
      directives.flatMap((node) => {
        const directive = names.get(node.name.value)
        return directive === undefined ? [] : [{ coordinate, type, field, directive, node }]
      }),
    )
}

/** The same document with one use edited. */
export const edited = (document: DocumentNode, { node }: Use, { replacement }: Edit): DocumentNode =>
  visit(document, { Directive: (candidate) => (candidate === node ? replacement : undefined) })

const directiveOf = (text: string): ConstDirectiveNode => {
  const [definition] = parse(`scalar S ${text}`, { noLocation: true }).definitions
  const node = definition?.kind === Kind.SCALAR_TYPE_DEFINITION ? definition.directives?.[0] : undefined
  if (node === undefined) throw new Error(`${text} is no directive`)
  return node
}

const argumentText = ({ arguments: given = [] }: ConstDirectiveNode, name: string): string | undefined => {
  const value = given.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined
}

const withArgument = (node: ConstDirectiveNode, name: string, value: string): ConstDirectiveNode => ({
  ...node,
  arguments: [
    ...(node.arguments ?? []).filter((argument) => argument.name.value !== name),
    ...(directiveOf(`@x(${name}: ${value})`).arguments ?? []),
  ],
})

/** Every path to an ID among arguments: `bucketId`, `input.subjectProjectId`. */
export const idPaths = (graph: ModelGraph, inputs: readonly ModelInput[], seen: readonly string[] = []): string[] =>
  inputs.flatMap(({ name, type }) => {
    const bare = type.replaceAll(/[[\]!]/g, '')
    if (bare === 'ID') return [name]
    if (seen.includes(bare)) return []
    return idPaths(graph, graph.inputs.get(bare) ?? [], [...seen, bare]).map((path) => `${name}.${path}`)
  })

/** What most members hold; the second for whoever is given the first already. */
const WEAK: Readonly<Record<string, readonly [string, string]>> = {
  projectScoped: ['PROJECT_READ', 'COMPUTE_ALLOCATION_READ'],
  orgScoped: ['ORGANIZATION_READ', 'DEPARTMENT_READ'],
  platformScoped: ['PLATFORM_STATUS_READ', 'PLATFORM_NODE_READ'],
}
const SCOPE_ARGUMENT: Readonly<Record<string, string>> = { projectScoped: 'project', orgScoped: 'organization' }
const SCOPES = new Set(['projectScoped', 'orgScoped', 'platformScoped', 'selfScoped'])

const weakened = ({ directive, node }: Use): readonly Edit[] => {
  const capability = argumentText(node, 'capability')
  const weaker = WEAK[directive]?.find((candidate) => candidate !== capability)
  if (weaker === undefined || !Object.hasOwn(CAPABILITIES, weaker)) return []
  return [{ change: `${String(capability)} made ${weaker}`, replacement: withArgument(node, 'capability', weaker) }]
}

/** The scope read from another id of the same field. */
const redirected = (graph: ModelGraph, { type, field, directive, node }: Use): readonly Edit[] => {
  const argument = SCOPE_ARGUMENT[directive]
  const path = argument && argumentText(node, argument)
  const inputs = graph.types.get(type)?.fields.get(field ?? '')?.inputs ?? []
  if (argument === undefined || path === undefined) return []
  return idPaths(graph, inputs)
    .filter((other) => other !== path)
    .map((other) => ({
      change: `scope read from ${other} instead of ${path}`,
      replacement: withArgument(node, argument, `"${other}"`),
    }))
}

/**
 * Everything that is done to one use: taken out, opened to everybody, weakened, redirected. Nothing to `@crossScope`: it
 * decides nothing itself, it says that its target does, whose rule is a guard of its own.
 */
export const editsOf = (graph: ModelGraph, use: Use): readonly Edit[] => {
  const { directive, node } = use
  if (directive === 'crossScope') return []
  const removed = { change: `@${directive} taken out`, replacement: null }
  if (directive === 'sensitive') {
    const year = withArgument(node, 'maxAgeSeconds', '31536000')
    return [removed, { change: 'a second factor of last year made enough', replacement: year }]
  }
  if (!SCOPES.has(directive)) return [removed]
  const open = directiveOf('@public(reason: "a guard that a proof takes out")')
  return [
    removed,
    { change: `@${directive} made @public`, replacement: open },
    ...weakened(use),
    ...redirected(graph, use),
  ]
}
