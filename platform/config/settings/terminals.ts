import { integer } from '../kinds.ts'
import { setting } from '../setting.ts'

const HOUR_MS = 3_600_000

/** How terminals in allocations are opened, and how long they last. */
export const TERMINAL_SETTINGS = {
  terminalTokenMs: setting({
    variable: 'TERMINAL_TOKEN_MS',
    kind: integer(1_000, 30_000),
    default: '30000',
    example: '10000',
    about: 'How long a terminal token waits for its client, in milliseconds. It opens one attachment, once.',
  }),
  terminalIdleMs: setting({
    variable: 'TERMINAL_IDLE_MS',
    kind: integer(1_000, 24 * HOUR_MS),
    default: '1800000',
    example: '900000',
    about: 'How long nothing may happen in a terminal session before it ends, in milliseconds.',
  }),
  terminalMaxDurationMs: setting({
    variable: 'TERMINAL_MAX_DURATION_MS',
    kind: integer(1_000, 7 * 24 * HOUR_MS),
    default: '43200000',
    example: '28800000',
    about: 'How long a terminal session lasts at most, in milliseconds, whatever happens in it.',
  }),
  terminalsPerAllocation: setting({
    variable: 'TERMINALS_PER_ALLOCATION',
    kind: integer(1, 10_000),
    default: '256',
    example: '32',
    about: 'How many terminal sessions may be open in one allocation.',
  }),
  terminalsPerOpener: setting({
    variable: 'TERMINALS_PER_OPENER',
    kind: integer(1, 10_000),
    default: '256',
    example: '16',
    about: 'How many terminal sessions one user or service account may have open in one project.',
  }),
}
