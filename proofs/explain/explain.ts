import { readFile } from 'node:fs/promises'
import { parse, validate } from 'graphql'
import { readRules } from '../../directives/read-rules.ts'
import { explainOperation, type Explanation } from '../../gateway/preflight/explain.ts'
import { loadSupergraph } from '../../gateway/supergraph/load-supergraph.ts'
import type { Access } from '../../platform/access/access.ts'
import { silentLog } from '../../platform/log/log.ts'

export interface Explaining {
  readonly supergraph: string
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly access: Access
}

/** What the gateway would decide before it fetches anything, by its own code. Throws what is wrong with the operation. */
export const explain = async ({ supergraph, document, variables, access }: Explaining): Promise<Explanation> => {
  const loaded = await loadSupergraph({ source: { sdl: supergraph }, log: silentLog })
  try {
    const schema = loaded.current().apiSchema
    const parsed = parse(document)
    const faults = validate(schema, parsed)
    if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'))
    const rules = readRules(parse(supergraph))
    return explainOperation({ schema, rules, document: parsed, variables, access })
  } finally {
    await loaded.stop()
  }
}

/** Variables as they are given: JSON, or `@file` that holds some. */
export const readVariables = async (given: string | undefined): Promise<Readonly<Record<string, unknown>>> => {
  if (given === undefined) return {}
  const parsed: unknown = JSON.parse(given.startsWith('@') ? await readFile(given.slice(1), 'utf8') : given)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error('--variables is no JSON object')
  return { ...parsed }
}
