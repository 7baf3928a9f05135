/**
 * Finds the other side that is gone without a word (a half-open connection): asks after a while without a message, and
 * gives up after the same while without any answer.
 * @typedef {object} Silence
 * @property {() => void} heard something came; the first call begins the watch
 * @property {() => void} stop
 */

/**
 * @param {{ readonly afterMs: number, readonly ask: (() => void) | undefined, readonly onSilent: () => void }} options without `ask` it only waits twice as long
 * @returns {Silence}
 */
export const createSilence = ({ afterMs, ask, onSilent }) => {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let isStopped = false
  let lastHeard = 0
  // A message a millisecond must not cost a timer each: the timer looks how long ago the last one was.
  const look = () => {
    const left = lastHeard + afterMs - performance.now()
    if (left > 0) {
      timer = setTimeout(look, left)
      return
    }
    const asked = lastHeard
    ask?.()
    timer = setTimeout(() => (lastHeard > asked ? look() : onSilent()), afterMs)
  }
  return {
    heard: () => {
      lastHeard = performance.now()
      if (timer === undefined && !isStopped) timer = setTimeout(look, afterMs)
    },
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
