import { parse, type DocumentNode } from 'graphql'

/** The identity of the family: directives belong to it by this link, never by their bare name. */
export const SCOPE_IDENTITY = 'https://specs.gpuaas.dev/scope'

export const SCOPE_URL = `${SCOPE_IDENTITY}/v1.0`

/** The last segment of the identity: unimported directives are written `@scope__projectScoped`. */
export const SCOPE_NAMESPACE = 'scope'

/** The directives that decide who may have a coordinate. */
export const SCOPE_RULES = ['projectScoped', 'orgScoped', 'selfScoped', 'platformScoped', 'public'] as const

/** The directives that add to a rule, and are none by themselves. */
export const SCOPE_ADDITIONS = ['crossScope', 'sensitive', 'audited'] as const

export type ScopeRuleName = (typeof SCOPE_RULES)[number]
export type FamilyDirective = ScopeRuleName | (typeof SCOPE_ADDITIONS)[number]

export const FAMILY: readonly FamilyDirective[] = [...SCOPE_RULES, ...SCOPE_ADDITIONS]

export const isFamilyDirective = (name: string): name is FamilyDirective => FAMILY.some((known) => known === name)

export const isScopeRuleName = (name: FamilyDirective): name is ScopeRuleName =>
  SCOPE_RULES.some((rule) => rule === name)

/** The published definitions, as a subgraph that imports every name unchanged holds them. */
export const SCOPE_DEFINITIONS: DocumentNode = parse(`
"Only principals that hold the capability in the project; \`project\` is the path of the id that carries it."
directive @projectScoped(
  "What the caller must be allowed to do there."
  capability: Capability!
  "On a field: path of the ID argument, such as \`input.allocationId\`. On an object: its field, \`id\` by default."
  project: String
) on FIELD_DEFINITION | OBJECT

"Only principals that hold the capability in the organization; \`organization\` is the path of the id that carries it."
directive @orgScoped(
  "What the caller must be allowed to do there."
  capability: Capability!
  "On a field: path of the ID argument. On an object: its field, \`id\` by default."
  organization: String
) on FIELD_DEFINITION | OBJECT

"Only signed-in users, and only what is their own."
directive @selfScoped on FIELD_DEFINITION | OBJECT

"Only operators of the platform that hold the capability."
directive @platformScoped(
  "What the operator must be allowed to do."
  capability: Capability!
) on FIELD_DEFINITION | OBJECT

"Anyone, signed in or not."
directive @public(
  "Why nothing here needs protection, in a few words."
  reason: String!
) on FIELD_DEFINITION | OBJECT

"An edge that leaves its project: decided again at its target."
directive @crossScope(
  "Why the edge leaves its project."
  reason: String!
) on FIELD_DEFINITION

"Needs a fresh second factor, and a decision that never comes from a cache."
directive @sensitive(
  "How old the second factor may be."
  maxAgeSeconds: Int! = 300
) on FIELD_DEFINITION

"Each call leaves a row in the audit log, on success and on denial."
directive @audited(
  "The action as the audit log names it, such as \`compute.allocation.create\`."
  action: String!
) on FIELD_DEFINITION
`)
