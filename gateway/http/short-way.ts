import { Kind, OperationTypeNode, type DocumentNode, type ExecutionResult } from 'graphql'
import type { Engines } from '../engines.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import { answerPieces } from '../execution/completion/answer-text.ts'
import type { IncomingOperation } from '../execution/engine.ts'
import { isLater, type Prompt } from '../execution/later.ts'
import type { Documents } from '../operation/documents.ts'
import { operationNameOf } from '../operation/operation-name.ts'
import type { RequestContext } from '../transport/transport.ts'
import type { HttpAnswer } from './answer.ts'
import { statusOfFailure } from './apollo-errors.ts'

export interface ShortWayParts {
  readonly engines: Engines
  readonly documents: Documents
  readonly report: ReportError
}

/** Runs what Apollo Server would have nothing to say to. */
export interface ShortWay {
  /** Runs a `POST` body without Apollo; undefined where it has to be asked. */
  readonly run: (body: unknown, request: RequestContext) => Prompt<HttpAnswer> | undefined
}

/**
 * The way of a request whose document was parsed and validated before, by Apollo Server or, for a WebSocket or an event
 * stream, by the same rules, where no plugin listens: straight to the engine, and what that wrote straight to the client.
 * Apollo would add nothing but its time: it is asked about everything else
 * (docs/decisions/0023-known-operations-pass-by-apollo.md).
 */
export const createShortWay = ({ engines, documents, report }: ShortWayParts): ShortWay => ({
  run: (body, request) => {
    if (!isOperation(body)) return undefined
    const { query, operationName, variables } = body
    const engine = engines.current()
    const known = documents.known(query, engine.supergraph.apiSchema)
    const name = operationNameOf(operationName)
    if (!known || !isRunnable(known.document, name)) return undefined
    const incoming: IncomingOperation = {
      ...known,
      operationName: name,
      variables: variables ?? {},
    }
    const result = engine.execute(incoming, request)
    return isLater(result) ? result.then((later) => answerOf(later, report)) : answerOf(result, report)
  },
})

const NO_HEADERS = {}

const answerOf = ({ data, errors, extensions }: ExecutionResult, report: ReportError): HttpAnswer => {
  if (!errors) return { status: 200, headers: NO_HEADERS, body: answerPieces({ data, extensions }) }
  const status = data === undefined ? statusOfFailure(errors) : 200
  const reported = errors.map((error) => report(error))
  return { status, headers: NO_HEADERS, body: answerPieces({ errors: reported, data, extensions }) }
}

interface OperationBody {
  readonly query: string
  readonly operationName?: string | null
  readonly variables?: Readonly<Record<string, unknown>> | null
}

/** A body of exactly these parts, each of its type. Anything else is for Apollo to refuse, or to understand. */
const isOperation = (body: unknown): body is OperationBody => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return false
  let hasQuery = false
  for (const name in body) {
    const value: unknown = Reflect.get(body, name)
    if (name === 'query') hasQuery = typeof value === 'string'
    else if (name === 'operationName') {
      if (value !== null && typeof value !== 'string') return false
    } else if (name === 'variables') {
      if (typeof value !== 'object' || Array.isArray(value)) return false
    } else return false
  }
  return hasQuery
}

/** The names by which the operations of a document can be run over HTTP; undefined for the only one of it. */
const runnable = new WeakMap<DocumentNode, ReadonlySet<string | undefined>>()

const isRunnable = (document: DocumentNode, name: string | undefined): boolean => {
  let names = runnable.get(document)
  if (!names) runnable.set(document, (names = runnableNames(document)))
  return names.has(name)
}

const runnableNames = ({ definitions }: DocumentNode): ReadonlySet<string | undefined> => {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
  const names = operations
    .filter(({ operation }) => operation !== OperationTypeNode.SUBSCRIPTION)
    .map(({ name }) => name?.value)
  return new Set(operations.length === 1 && names.length === 1 ? [...names, undefined] : names.filter((name) => name))
}
