import type { IncomingMessage } from 'node:http'

const MAX_BYTES = 32 * 1_048_576
const MAX_MS = 5_000

/**
 * Reads a body that was refused and keeps nothing of it: a client that is cut off while it sends never reads why. Ends
 * with the body, at the latest after 32 MiB or five seconds.
 */
export const discardBody = (request: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    let left = MAX_BYTES
    const done = (): void => {
      clearTimeout(timer)
      request.off('data', count).off('end', done).off('close', done).pause()
      resolve()
    }
    const count = (chunk: Buffer | string): void => {
      left -= chunk.length
      if (left < 0) done()
    }
    const timer = setTimeout(done, MAX_MS)
    request.on('data', count).once('end', done).once('close', done).resume()
    if (request.readableEnded || request.destroyed) done()
  })
