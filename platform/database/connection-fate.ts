import { hasCode } from './error-code.ts'

/** What the answer to a statement says of its connection: fit for more, to be thrown away, or gone with all it carried. */
export type Fate = 'sound' | 'unusable' | 'lost'

/** What the driver believes to be prepared is not: the connection will answer nothing that it is asked by name. */
const PREPARED_STATEMENT_LOST = '26000'

/** A write after the server has ended the connection, which Node refuses without asking the system. */
const BROKEN_PIPE = 'EPIPE'

const isLoss = (error: Error): boolean =>
  'syscall' in error ||
  hasCode(error, BROKEN_PIPE) ||
  error.message.startsWith('Connection terminated') ||
  ('severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC'))

export const fateBy = (error: Error): Fate => {
  if (isLoss(error)) return 'lost'
  return hasCode(error, PREPARED_STATEMENT_LOST) ? 'unusable' : 'sound'
}
