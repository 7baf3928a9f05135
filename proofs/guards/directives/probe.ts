import { execute, parse, subscribe, type ExecutionResult } from 'graphql'
import type { Asker } from './askers.ts'
import type { Imitation } from './imitation.ts'
import { Cancellation } from '../../../platform/cancellation/cancellation.ts'
import type { Case } from '../../matrix/case.ts'
import { outcomeOf } from '../../matrix/outcome.ts'
import { isRecord, type Answer } from '../../stage/answer.ts'

/** What somebody got, and whether anything ran for it. */
export type Probed = string

const isStream = (value: object): value is AsyncGenerator<ExecutionResult, void, void> => Symbol.asyncIterator in value

const documents = new Map<string, ReturnType<typeof parse>>()
const documentOf = (query: string) => {
  const document = documents.get(query) ?? parse(query)
  documents.set(query, document)
  return document
}

const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (_, held: unknown) => (typeof held === 'bigint' ? held.toString() : held)))

const answerOf = ({ data, errors = [] }: ExecutionResult): Answer => ({
  ...{ status: 200, text: '', headers: {} },
  data: plain(data),
  errors: errors.map(({ path = [], extensions, originalError }) => {
    const code = extensions['code'] ?? (isRecord(originalError) ? originalError['code'] : undefined)
    return { path, code: typeof code === 'string' ? code : 'UNCATALOGUED' }
  }),
})

const firstOf = async (
  result: ExecutionResult | AsyncGenerator<ExecutionResult, void, void>,
): Promise<ExecutionResult> => {
  if (!isStream(result)) return result
  const { value } = await result.next()
  await result.return()
  return value ?? {}
}

/** Asks an imitation as the gateway would ask the subgraph. */
export const probe = async (
  { schema, takeRan }: Imitation,
  of: Case,
  variables: Readonly<Record<string, unknown>>,
  { access }: Asker,
): Promise<{ readonly got: string; readonly seen: Probed }> => {
  const args = {
    schema,
    document: documentOf(of.query),
    variableValues: variables,
    contextValue: { access, correlationId: 'proof', cancellation: new Cancellation() },
  }
  takeRan()
  const result = await (of.operation === 'subscription' ? subscribe(args) : execute(args))
  const { got, leaks } = outcomeOf(of, answerOf(await firstOf(result)))
  const ran = takeRan()
  return { got, seen: `${got}${leaks ? ', with data' : ''}${ran.length > 0 ? `, after ${ran.join(', ')} ran` : ''}` }
}
