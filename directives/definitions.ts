import { readFileSync } from 'node:fs'
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
export const SCOPE_DEFINITIONS_SDL = readFileSync(new URL('./definitions.graphql', import.meta.url), 'utf8')

export const SCOPE_DEFINITIONS: DocumentNode = parse(SCOPE_DEFINITIONS_SDL)
