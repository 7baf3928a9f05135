import { readFileSync } from 'node:fs'
import { concatAST, Kind, parse, print, visit, type DefinitionNode, type DocumentNode } from 'graphql'
import { describeConventions, missingConnections } from './conventions.ts'
import { withIdempotencyKeys } from './idempotency-keys.ts'
import { capabilityEnumSdl } from '../directives/capabilities.ts'
import { FAMILY, SCOPE_DEFINITIONS, SCOPE_URL } from '../directives/definitions.ts'

const FEDERATION_URL = 'https://specs.apollo.dev/federation/v2.9'

const FEDERATION_IMPORTS = [
  '@composeDirective',
  '@cost',
  '@external',
  '@inaccessible',
  '@interfaceObject',
  '@key',
  '@override',
  '@provides',
  '@requires',
  '@shareable',
  '@tag',
]

const list = (names: readonly string[]): string => `[${names.map((name) => `"${name}"`).join(', ')}]`

const HEADER = parse(`
extend schema
  @link(url: "${FEDERATION_URL}", import: ${list(FEDERATION_IMPORTS)})
  @link(url: "${SCOPE_URL}", import: ${list(FAMILY.map((name) => `@${name}`))})
  ${FAMILY.map((name) => `@composeDirective(name: "@${name}")`).join('\n  ')}
`)

const SHARED = parse(readFileSync(new URL('./shared.graphql', import.meta.url), 'utf8'))

const CAPABILITY_ENUM = parse(capabilityEnumSdl())

const nameOf = (definition: DefinitionNode): string | undefined =>
  'name' in definition ? definition.name.value : undefined

const namesIn = (definitions: readonly DefinitionNode[]): ReadonlySet<string> => {
  const names = new Set<string>()
  for (const definition of definitions) {
    const name = nameOf(definition)
    if (name !== undefined) names.add(name)
    visit(definition, { NamedType: (type) => void names.add(type.name.value) })
  }
  return names
}

/** The shared definitions that a subgraph names, and those that these name in turn. */
const sharedFor = (features: DocumentNode): readonly DefinitionNode[] => {
  const isNamed = (names: ReadonlySet<string>) => (definition: DefinitionNode) => names.has(nameOf(definition) ?? '')
  let used = SHARED.definitions.filter(isNamed(namesIn(features.definitions)))
  for (;;) {
    const wider = SHARED.definitions.filter(isNamed(namesIn([...features.definitions, ...used])))
    if (wider.length === used.length) return used
    used = wider
  }
}

/**
 * The complete SDL of one subgraph: its feature files, with the header, the scope family, the capabilities, and of
 * the shared types those it uses. What the conventions describe is described, and mutations have their keys.
 */
export const subgraphDocument = (featureFiles: readonly string[]): DocumentNode => {
  const written = withIdempotencyKeys(concatAST(featureFiles.map((file) => parse(readFileSync(file, 'utf8')))))
  const features = concatAST([written, { kind: Kind.DOCUMENT, definitions: missingConnections(written) }])
  const shared: DocumentNode = { kind: Kind.DOCUMENT, definitions: sharedFor(features) }
  return describeConventions(concatAST([HEADER, SCOPE_DEFINITIONS, CAPABILITY_ENUM, shared, features]))
}

export const subgraphSdl = (featureFiles: readonly string[]): string => `${print(subgraphDocument(featureFiles))}\n`
