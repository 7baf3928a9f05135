import type { Result } from '../../../platform/result/result.ts'
import type { TerminalSession } from './model.ts'
import type { CloseRefusal, OpenedTerminal, OpenRefusal, ReattachRefusal } from './service.ts'

interface Explanation {
  readonly field: readonly string[]
  readonly message: string
}

type Explanations<Code extends string> = Readonly<Record<Code, Explanation>>

const NO_GATEWAY = {
  TERMINAL_CAPACITY: { field: [], message: 'Every terminal gateway is full; try again later.' },
  TERMINAL_UNAVAILABLE: { field: [], message: 'No terminal gateway runs now; try again later.' },
} as const satisfies Explanations<string>

const OPEN_REFUSALS: Explanations<OpenRefusal> = {
  ...NO_GATEWAY,
  NOT_FOUND: { field: ['allocationId'], message: 'The project has no such allocation.' },
  ALLOCATION_NOT_ACTIVE: { field: ['allocationId'], message: 'The allocation is not ACTIVE.' },
  SIZE_INVALID: { field: ['columns'], message: 'A terminal has 1 to 1000 columns and 1 to 1000 rows.' },
  TOO_MANY_IN_ALLOCATION: {
    field: ['allocationId'],
    message: 'As many terminal sessions are open in the allocation as may be; close one first.',
  },
  TOO_MANY_OF_CALLER: { field: [], message: 'You have as many terminal sessions open as you may; close one first.' },
  REPLACED_NOT_FOUND: { field: ['replaces'], message: 'The project has no such terminal session.' },
  REPLACED_NOT_THE_OPENER: { field: ['replaces'], message: 'Somebody else opened the terminal session.' },
}

const REATTACH_REFUSALS: Explanations<ReattachRefusal> = {
  ...NO_GATEWAY,
  NOT_FOUND: { field: ['sessionId'], message: 'The project has no such terminal session.' },
  NOT_THE_OPENER: { field: ['sessionId'], message: 'Somebody else opened the terminal session; open one of your own.' },
  SESSION_CLOSED: { field: ['sessionId'], message: 'The terminal session is over; open another one.' },
}

const CLOSE_REFUSALS: Explanations<CloseRefusal> = {
  NOT_FOUND: { field: ['sessionId'], message: 'The project has no such terminal session.' },
  NOT_THE_OPENER: { field: ['sessionId'], message: 'Somebody else opened the terminal session.' },
  ALREADY_CLOSED: { field: ['sessionId'], message: 'The terminal session is over already.' },
}

const withToken =
  <Code extends string>(explanations: Explanations<Code>) =>
  (opened: Result<OpenedTerminal, Code>) =>
    opened.ok
      ? { ...opened.value, userErrors: [] }
      : {
          ...{ session: null, url: null, token: null, expiresAt: null },
          userErrors: [{ code: opened.error, ...explanations[opened.error] }],
        }

export const openTerminalPayload = withToken(OPEN_REFUSALS)
export const reattachTerminalPayload = withToken(REATTACH_REFUSALS)

export const closeTerminalPayload = (closed: Result<TerminalSession, CloseRefusal>) =>
  closed.ok
    ? { session: closed.value, userErrors: [] }
    : { session: null, userErrors: [{ code: closed.error, ...CLOSE_REFUSALS[closed.error] }] }
