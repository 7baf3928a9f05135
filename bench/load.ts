import { isDeepStrictEqual } from 'node:util'
import autocannon from 'autocannon'

/** What is asked of all contenders. */
export interface Asked {
  readonly name: string
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  /** The answer must not be smaller, or the operation does not measure what it is for. */
  readonly leastBytes: number
}

/** Who is measured: where it listens, and as whom it is asked. */
export interface Target {
  readonly url: string
  readonly token: string
}

/** What one contender did in one round. */
export interface Sample {
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

export interface Load {
  readonly connections: number
  readonly seconds: number
  readonly ended: AbortSignal
}

/** As load asks and as one client asks alone: what is compared is answering, and not all contenders compress. */
const headersOf = ({ token }: Target) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  'accept-encoding': 'identity',
})

const bodyOf = ({ query, variables }: Asked): string => JSON.stringify({ query, variables })

/** One answer. Throws when it holds an error or is smaller than the operation promises. */
export const answerOf = async (target: Target, operation: Asked): Promise<{ text: string; data: unknown }> => {
  const response = await fetch(target.url, { method: 'POST', headers: headersOf(target), body: bodyOf(operation) })
  const text = await response.text()
  const answer: unknown = JSON.parse(text)
  if (typeof answer !== 'object' || answer === null || !('data' in answer) || 'errors' in answer) {
    throw new Error(`${operation.name} was not answered: ${text.slice(0, 2000)}`)
  }
  if (Buffer.byteLength(text) < operation.leastBytes) {
    throw new Error(`${operation.name} is answered with ${Buffer.byteLength(text)} bytes, not ${operation.leastBytes}`)
  }
  return { text, data: answer.data }
}

/** Throws when two contenders answer with other data. Returns the size of the answer in bytes. */
export const checkEqual = async (targets: ReadonlyMap<string, Target>, operation: Asked): Promise<number> => {
  const answers: { name: string; data: unknown; bytes: number }[] = []
  for (const [name, target] of targets) {
    const { text, data } = await answerOf(target, operation)
    answers.push({ name, data, bytes: Buffer.byteLength(text) })
  }
  const [first, ...others] = answers
  if (first === undefined) throw new Error('There is nobody to measure')
  for (const { name, data } of others) {
    if (!isDeepStrictEqual(data, first.data))
      throw new Error(`${name} and ${first.name} answer ${operation.name} differently`)
  }
  return first.bytes
}

/** Throws when any answer under load is not the one that the contender gives without load. */
export const measure = async (target: Target, operation: Asked, load: Load): Promise<Sample> => {
  load.ended.throwIfAborted()
  const { text } = await answerOf(target, operation)
  const instance = autocannon({
    url: target.url,
    method: 'POST',
    headers: headersOf(target),
    body: bodyOf(operation),
    connections: load.connections,
    duration: load.seconds,
    // Equal in length and without an error before the data: comparing 100 KB each time would measure the comparison.
    verifyBody: (body) => body.length === text.length && body.startsWith('{"data":'),
  })
  const stop = () => {
    instance.stop()
  }
  load.ended.addEventListener('abort', stop, { once: true })
  const result = await instance
  load.ended.removeEventListener('abort', stop)
  load.ended.throwIfAborted()
  const bad = result.non2xx + result.errors + result.timeouts + result.mismatches
  if (bad > 0) {
    const { non2xx, errors, timeouts, mismatches } = result
    throw new Error(`${operation.name} failed under load: ${JSON.stringify({ non2xx, errors, timeouts, mismatches })}`)
  }
  const { p50, p99 } = result.latency
  return { requestsPerSecond: result['2xx'] / result.duration, p50, p99 }
}
