/** @import { GraphError as Failure, GraphResult, SubscribeOptions, Subscription } from './types.js' */
/** @import { Attached, Connection } from './connection.js' */
/** @import { Backoff } from './backoff.js' */
/** @import { Payload } from './link.js' */
/** @import { Entry } from './reassembly.js' */
import { asOne, clientError, GraphError, graphErrors } from './errors.js'
import { createInbox } from './inbox.js'
import { createNap } from './nap.js'
import { createReassembly } from './reassembly.js'

/** How long something that was overtaken may take before the server is asked for it. */
const OVERTAKEN_MS = 500
/** And how long the server may take then. */
const ASKED_AGAIN_MS = 5_000

/**
 * @template Data
 * @typedef {object} SubscriptionParts
 * @property {Connection} connection
 * @property {string} query
 * @property {SubscribeOptions<Data>} options
 * @property {Backoff} backoff
 * @property {() => void} onEnd
 */

/**
 * A subscription that outlives its connections: executed again from the last cursor, each event handed over once, and what
 * is lost for good is told.
 * @template Data
 * @param {SubscriptionParts<Data>} parts
 * @returns {Subscription<GraphResult<Data>> & { readonly fail: (error: Failure) => void }}
 */
export const createSubscription = ({ connection, query, options, backoff, onEnd }) => {
  const { resume, operationName, signal, onGap, maxBuffered = 1_000 } = options
  /** @type {Record<string, unknown>} As they are now; what cannot be sent throws here. */
  const variables = JSON.parse(JSON.stringify(options.variables ?? {}))
  /** @type {import('./inbox.js').Inbox<Entry<Data>>} */
  const inbox = createInbox()
  const reassembly = createReassembly(resume)
  const nap = createNap()
  const life = new AbortController()
  /** @type {Attached | undefined} */
  let attached
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retrying
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let completing
  let isStarted = false
  let isOver = false
  /** What the server still says of an execution that will be repeated is not heard. */
  let isSuspended = false
  let executions = 0
  let isLossTold = false
  let lastCursor = resume?.after

  /** @returns {Payload} */
  const payload = () => {
    clearTimeout(retrying)
    isSuspended = false
    executions += 1
    const position = reassembly.position()
    if (position === undefined && executions > 1 && !isLossTold) {
      isLossTold = true
      inbox.put({ gap: { reason: 'NOT_RESUMED', after: undefined, until: undefined } })
    }
    return {
      query,
      variables: resume && position !== undefined ? { ...variables, [resume.variable]: position } : variables,
      ...(operationName !== undefined && { operationName }),
    }
  }

  const attach = () => {
    if (!isOver) attached ??= connection.attach({ payload, observer: { next, error, complete }, fail })
  }
  const detach = () => {
    clearTimeout(retrying)
    const held = attached
    attached = undefined
    held?.stop()
  }
  const repeatLater = () => {
    isSuspended = true
    clearTimeout(retrying)
    retrying = setTimeout(() => attached?.restart(), backoff.next())
  }

  const finish = () => {
    if (isOver) return
    isOver = true
    clearTimeout(completing)
    detach()
    nap.wake()
    life.abort()
    signal?.removeEventListener('abort', cancel)
    onEnd()
  }
  /** @param {Failure} reason */
  const fail = (reason) => {
    inbox.fail(reason)
    finish()
  }
  const cancel = () => {
    inbox.discard()
    finish()
  }

  /** Asks the server once for what was overtaken, and then does without it. */
  const waitForMissing = () => {
    completing ??= setTimeout(() => {
      attached?.restart()
      completing = setTimeout(() => {
        completing = undefined
        for (const entry of reassembly.giveUp()) inbox.put(entry)
      }, ASKED_AGAIN_MS)
    }, OVERTAKEN_MS)
  }

  /** @param {readonly Failure[]} errors the stream, or one event of it, came to nothing by them */
  const recover = (errors) => {
    const reason = asOne(errors)
    const cursor = reason.extensions['cursor']
    if (reason.code === 'UNAUTHENTICATED') {
      isSuspended = true
      connection.renew(reason.message)
      return
    }
    if (resume && reason.code === 'CURSOR_TOO_OLD' && typeof cursor === 'string') {
      inbox.put({ gap: { reason: 'CURSOR_TOO_OLD', after: reassembly.position(), until: cursor } })
      reassembly.moveTo(cursor)
    } else if (!reason.retryable) {
      fail(reason)
      return
    } else if (typeof cursor === 'string' && reassembly.position() === undefined) reassembly.moveTo(cursor)
    repeatLater()
  }

  /** @param {{ readonly data?: unknown, readonly errors?: unknown }} answer */
  const next = (answer) => {
    if (isOver || isSuspended) return
    const errors = graphErrors(answer.errors)
    const data = /** @type {Data} */ (answer.data ?? null)
    const cursor = reassembly.cursorOf(data)
    const isRecoverable = errors.some(({ code, retryable }) => retryable || code === 'CURSOR_TOO_OLD')
    // It could not be completed now; the server has it still.
    if (resume && cursor === undefined && isRecoverable) {
      recover(errors)
      return
    }
    backoff.reset()
    isLossTold = false
    for (const entry of reassembly.take({ data, errors }, cursor)) inbox.put(entry)
    if (reassembly.isIncomplete()) waitForMissing()
    else {
      clearTimeout(completing)
      completing = undefined
    }
    if (reassembly.kept() >= maxBuffered) {
      repeatLater()
      return
    }
    if (inbox.size() < maxBuffered) return
    if (resume)
      detach() // until they are read
    else fail(clientError('BUFFER_OVERFLOW', `${String(maxBuffered)} events were not read.`))
  }
  /** @param {unknown} wire */
  const error = (wire) => {
    if (!isOver && !isSuspended) recover(graphErrors(wire))
  }
  const complete = () => {
    if (isSuspended) return
    inbox.end()
    finish()
  }

  const start = async () => {
    isStarted = true
    if (signal?.aborted) {
      cancel()
      return
    }
    signal?.addEventListener('abort', cancel)
    while (!isOver && resume?.begin && reassembly.position() === undefined) {
      try {
        reassembly.moveTo(await resume.begin(life.signal))
        break
      } catch (cause) {
        if (!(cause instanceof GraphError)) {
          fail(clientError('CANCELLED', String(cause), { cause }))
          return
        }
        if (!cause.retryable) {
          fail(cause)
          return
        }
        await nap.sleep(backoff.next())
      }
    }
    attach()
  }

  /** @returns {Promise<IteratorResult<GraphResult<Data>, undefined>>} */
  const read = async () => {
    if (!isStarted && !isOver) void start()
    for (;;) {
      const taken = await inbox.take()
      if (taken.done) return taken
      if (executions > 0 && inbox.size() <= maxBuffered / 2) attach()
      const entry = taken.value
      if ('gap' in entry) onGap?.(entry.gap)
      else {
        lastCursor = entry.cursor ?? lastCursor
        return { done: false, value: entry.result }
      }
    }
  }

  /** @type {ReturnType<typeof createSubscription<Data>>} */
  const subscription = {
    next: read,
    return: async () => {
      cancel()
      return { done: true, value: undefined }
    },
    fail,
    [Symbol.asyncIterator]: () => subscription,
    [Symbol.asyncDispose]: async () => cancel(),
    forEach: async (handle) => {
      for await (const item of subscription) await handle(item)
    },
    get cursor() {
      return lastCursor
    },
    get repeated() {
      return reassembly.repeated()
    },
  }
  return subscription
}
