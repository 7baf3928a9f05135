/** @import { Link, LinkEnd, Observer, Payload } from './link.js' */
/** @import { StreamEvent } from './event-stream.js' */
import { verdictOnStatus } from './close-codes.js'
import { createEventReader } from './event-stream.js'
import { deferred, messageOf, OWN_END } from './link.js'
import { bearer, readJson, retryAfterMs } from './http.js'
import { createSilence } from './silence.js'

/**
 * @typedef {object} EventOptions
 * @property {string} url
 * @property {typeof globalThis.fetch} fetch
 * @property {number} connectTimeoutMs
 * @property {number} pingAfterMs
 */

/** A server is heard at least this often: its comments are less frequent than a client's pings. */
const LONGEST_SILENCE_MS = 30_000

/**
 * GraphQL over server-sent events, in distinct connections: each operation is a request of its own. They are one link
 * all the same: what ends one by losing the server ends all.
 * @param {EventOptions} options
 * @param {string | undefined} token
 * @param {() => void} onOpened
 * @returns {Link}
 */
export const openEventLink = ({ url, fetch, connectTimeoutMs, pingAfterMs }, token, onOpened) => {
  /** @type {{ promise: Promise<LinkEnd>, resolve: (end: LinkEnd) => void }} */
  const { promise: ended, resolve } = deferred()
  /** @type {Set<AbortController>} */
  const streams = new Set()
  let isOver = false
  let isOpened = false

  /** @param {LinkEnd} end */
  const finish = (end) => {
    if (isOver) return
    isOver = true
    for (const stream of streams) stream.abort()
    streams.clear()
    resolve(end)
  }
  /** @param {string} text */
  const lose = (text) => finish({ verdict: 'retry', reason: { code: 0, text } })

  /**
   * @param {Payload} payload
   * @param {AbortSignal} signal
   */
  const request = (payload, signal) =>
    fetch(url, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...bearer(token) },
      body: JSON.stringify(payload),
      cache: 'no-store',
      signal,
    })

  /**
   * What is no stream: the operation was refused, or the server is not to be had.
   * @param {Response} response
   * @param {Observer} observer
   */
  const refuse = async (response, observer) => {
    const { status } = response
    const body = await readJson(response)
    if (isOver) return
    const verdict = verdictOnStatus(status)
    if (verdict === 'fatal' && body?.errors !== undefined) {
      observer.error(body.errors)
      return
    }
    const reason = { code: status, text: `HTTP ${String(status)}` }
    finish({ verdict: response.ok ? 'refused' : verdict, reason, afterMs: retryAfterMs(response) })
  }

  /**
   * @param {Payload} payload
   * @param {Observer} observer
   * @param {AbortController} stream
   */
  const run = async (payload, observer, stream) => {
    const opening = setTimeout(() => lose('The server did not answer in time'), connectTimeoutMs)
    const silence = createSilence({
      afterMs: Math.max(pingAfterMs, LONGEST_SILENCE_MS / 2),
      ask: undefined,
      onSilent: () => lose('The server fell silent'),
    })
    try {
      const response = await request(payload, stream.signal).finally(() => clearTimeout(opening))
      if (!response.ok || !isEventStream(response) || !response.body) {
        await refuse(response, observer)
        return
      }
      silence.heard()
      if (!isOpened) onOpened()
      isOpened = true
      const isComplete = await readStream(response.body, observer, () => silence.heard())
      if (!isComplete) lose('The stream was cut')
    } catch (error) {
      if (!stream.signal.aborted) lose(messageOf(error))
    } finally {
      clearTimeout(opening)
      silence.stop()
      streams.delete(stream)
      stream.abort() // what came after the end is not read
    }
  }

  return {
    ended,
    close: (end = OWN_END) => finish(end),
    subscribe: (payload, observer) => {
      const stream = new AbortController()
      streams.add(stream)
      void run(payload, onlyUntilAborted(observer, stream.signal), stream)
      return () => {
        streams.delete(stream)
        stream.abort()
      }
    },
  }
}

/** @param {Response} response */
const isEventStream = ({ headers }) => /^text\/event-stream\b/i.test(headers.get('content-type') ?? '')

/**
 * @param {Observer} observer
 * @param {AbortSignal} signal
 * @returns {Observer}
 */
const onlyUntilAborted = (observer, signal) => ({
  next: (answer) => signal.aborted || observer.next(answer),
  error: (errors) => signal.aborted || observer.error(errors),
  complete: () => signal.aborted || observer.complete(),
})

/**
 * Gives whether the server said that it was the end.
 * @param {ReadableStream<Uint8Array>} body
 * @param {Observer} observer
 * @param {() => void} onHeard
 * @returns {Promise<boolean>}
 */
const readStream = async (body, observer, onHeard) => {
  const stream = { isComplete: false }
  const read = createEventReader(({ event, data }) => {
    if (stream.isComplete) return
    if (event === 'next') observer.next(JSON.parse(data))
    if (event !== 'complete') return
    stream.isComplete = true
    observer.complete()
  })
  const reader = body.getReader()
  const decoder = new TextDecoder()
  while (!stream.isComplete) {
    const { done, value } = await reader.read()
    if (done) break
    onHeard()
    read(decoder.decode(value, { stream: true }))
  }
  return stream.isComplete
}
