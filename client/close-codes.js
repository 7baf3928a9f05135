/**
 * What a client does when its connection ends:
 * - `retry`: again, with backoff;
 * - `wait`: the same, but no sooner than the server can want it: there are too many;
 * - `renew`: again with another token;
 * - `refused`: this transport will never do, another may;
 * - `fatal`: never again. Trying the same would end the same.
 * @typedef {'retry' | 'wait' | 'renew' | 'refused' | 'fatal'} Verdict
 */

/** @type {ReadonlyMap<number, Verdict>} */
const VERDICTS = new Map([
  [1002, 'fatal'], // protocol error
  [1003, 'fatal'], // unsupported data
  [1007, 'fatal'], // invalid data
  [1008, 'fatal'], // policy
  [1009, 'fatal'], // message too big
  [1010, 'fatal'], // extension needed
  [4400, 'fatal'], // a message that is none
  [4401, 'fatal'], // an operation before the acknowledgement
  [4403, 'renew'], // not, or no longer, authenticated
  [4406, 'refused'], // no such subprotocol
  [4408, 'retry'], // the initialisation came too late
  [4409, 'fatal'], // an id twice
  [4429, 'wait'], // too many
  [4500, 'retry'], // internal
])

/**
 * The verdict on a close code of RFC 6455 (1000–1015) or of `graphql-transport-ws` (4400–4499). 1012 (restart), 1013 (try
 * again later), 1006 (lost) and the like are tried again; a code of 4000 and more that nobody documented is not.
 * @param {number} code 0: there was none
 * @returns {Verdict}
 */
export const verdictOnClose = (code) => VERDICTS.get(code) ?? (code >= 4000 ? 'fatal' : 'retry')

/**
 * The same for the status of an HTTP answer that should have been a stream.
 * @param {number} status
 * @returns {Verdict}
 */
export const verdictOnStatus = (status) => {
  if (status === 401) return 'renew'
  if (status === 429 || status === 503) return 'wait'
  if ([404, 405, 406, 415, 501].includes(status)) return 'refused'
  return status >= 500 || status === 408 || status === 425 ? 'retry' : 'fatal'
}
