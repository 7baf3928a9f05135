import { inSpan, isTracing, type SpanAttributes } from './span.ts'
import { contextOf, currentTraceparent, TRACEPARENT_HEADER } from './traceparent.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** The span of an HTTP request that is being answered; continues the trace that its headers name. */
export const tracedRequest = <T>(headers: Headers, name: string, attributes: SpanAttributes, work: () => T): T =>
  isTracing()
    ? inSpan({ name, kind: 'server', attributes, parent: contextOf(headers[TRACEPARENT_HEADER]) }, work)
    : work()

const NO_HEADERS: Readonly<Record<string, string>> = {}

/** The span of a request to another process; `work` sends the headers that it is given. */
export const tracedFetch = <T>(
  subgraph: string,
  attributes: SpanAttributes,
  work: (headers: Readonly<Record<string, string>>) => T,
): T =>
  isTracing()
    ? inSpan(
        { name: `fetch ${subgraph}`, kind: 'client', attributes: { 'gpuaas.subgraph': subgraph, ...attributes } },
        () => work(traceHeaders()),
      )
    : work(NO_HEADERS)

/** What continues the present trace elsewhere: headers of a request, fields of a message. Empty outside of any. */
export const traceHeaders = (): Readonly<Record<string, string>> => {
  const traceparent = currentTraceparent()
  return traceparent === undefined ? NO_HEADERS : { [TRACEPARENT_HEADER]: traceparent }
}

/** The span of an event or job that is being handled; continues the trace in which it was made. */
export const tracedHandling = <T>(traceparent: string | undefined, name: string, work: () => T): T =>
  isTracing() ? inSpan({ name, kind: 'consumer', attributes: {}, parent: contextOf(traceparent) }, work) : work()

const VERB = /^\s*(?:\/\*.{0,200}?\*\/\s*)?([a-z]+)/i

/** The span of one statement. Of its text only the verb is kept: the rest may hold values. */
export const tracedQuery = <T>(role: string, sql: string, work: () => T): T => {
  if (!isTracing()) return work()
  const verb = VERB.exec(sql)?.[1]?.toUpperCase() ?? 'SQL'
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': verb, 'gpuaas.database.role': role }
  return inSpan({ name: `sql ${verb}`, kind: 'client', attributes }, work)
}
