import { MessageType, parseMessage, type Message, type SubscribeMessage } from 'graphql-ws'
import type { Clock } from '../../platform/clock/clock.ts'
import { catalogued, CataloguedError } from '../../platform/errors/catalogue.ts'
import { holdCaller, type CallerParts } from '../connections/hold-caller.ts'
import type { ReportError } from '../errors/error-reporter.ts'
import type { Authenticate } from '../identity/authenticate.ts'
import type { Limits } from '../operation/limits.ts'
import { operationNameOf } from '../operation/operation-name.ts'
import type { LiveOperations } from '../subscriptions/live-operations.ts'
import { CLOSE, reasonOf } from './close-codes.ts'
import type { Connection } from './connection.ts'
import { OperationSink } from './operation-sink.ts'

export interface ProtocolOptions extends CallerParts {
  readonly live: LiveOperations
  readonly authenticate: Authenticate
  readonly limits: Limits
  readonly report: ReportError
  readonly clock: Clock
  readonly initTimeoutMs: number
}

/** `graphql-transport-ws`: who may connect, and which operations run. */
export interface Protocol {
  readonly opened: (connection: Connection) => void
  /** Never rejects for what a client sends: that closes its connection. */
  readonly message: (connection: Connection, text: string) => Promise<void>
}

/** Each event names its operation: a longer id than anybody needs would be sent with every one of them. */
const LONGEST_ID = 256

export const createProtocol = (options: ProtocolOptions): Protocol => {
  const { live, authenticate, deadlines, limits, report, clock } = options

  const initialise = async (connection: Connection, payload: unknown): Promise<void> => {
    if (connection.state !== 'opened') {
      connection.close(CLOSE.tooMany, 'Too many initialisation requests')
      return
    }
    connection.state = 'initialising'
    try {
      const caller = await authenticate(authorizationOf(payload))
      if (!connection.isOpen) return
      const release = holdCaller(options, caller, (reason) => connection.forbid(reason))
      if (!release) {
        connection.close(CLOSE.tooMany, 'Too many connections')
        return
      }
      connection.onEnd(release)
      connection.principal = caller.principal
      connection.send({ type: MessageType.ConnectionAck })
      connection.state = 'acknowledged'
    } catch (error) {
      const isRefused = error instanceof CataloguedError && error.code === 'UNAUTHENTICATED'
      // Neither refused nor accepted: the client may try again.
      if (error instanceof CataloguedError && !isRefused) connection.close(CLOSE.tryAgainLater, 'Try again later')
      else if (isRefused) connection.forbid('Forbidden')
      else throw error
    }
  }

  const subscribe = (connection: Connection, { id, payload }: SubscribeMessage): void => {
    const { operations, principal } = connection
    if (id.length > LONGEST_ID) return connection.close(CLOSE.invalid, 'The id is too long')
    if (operations.has(id)) return connection.close(CLOSE.duplicateId, reasonOf(`Subscriber for ${id} already exists`))
    if (operations.size >= limits.maxOperationsPerConnection)
      return connection.close(CLOSE.tooMany, 'Too many operations')
    const sink = new OperationSink(connection, report, id)
    if (connection.state === 'draining') return sink.fail(catalogued('SHUTTING_DOWN'))
    const { query, operationName, variables } = payload
    const asked = { query, operationName: operationNameOf(operationName), variables: variables ?? {}, principal }
    operations.set(id, live.start(asked, sink))
  }

  const handle = async (connection: Connection, message: Message): Promise<void> => {
    switch (message.type) {
      case MessageType.ConnectionInit:
        return initialise(connection, message.payload)
      case MessageType.Subscribe:
        if (connection.state === 'opened' || connection.state === 'initialising') {
          connection.close(CLOSE.unauthorized, 'Unauthorized')
          return
        }
        subscribe(connection, message)
        return
      case MessageType.Complete:
        connection.operations.get(message.id)?.cancel()
        connection.operations.delete(message.id)
        return
      case MessageType.Ping: {
        connection.send({ type: MessageType.Pong, ...(message.payload && { payload: message.payload }) })
        return
      }
      case MessageType.Pong:
        return
      case MessageType.ConnectionAck:
      case MessageType.Next:
      case MessageType.Error: {
        connection.close(CLOSE.invalid, `Unexpected message of type ${message.type} received`)
        return
      }
    }
  }

  return {
    opened: (connection) => {
      const late = new Date(clock.now().getTime() + options.initTimeoutMs)
      const prevent = deadlines.at(late, () => {
        if (connection.state === 'opened') connection.close(CLOSE.initTimeout, 'Connection initialisation timeout')
      })
      connection.onEnd(prevent)
    },
    message: async (connection, text) => {
      if (!connection.isOpen) return
      let message: Message
      try {
        message = parseMessage(text)
      } catch {
        connection.close(CLOSE.invalid, 'Invalid message received')
        return
      }
      return handle(connection, message)
    },
  }
}

/** By either spelling of the header's name; two that disagree are no credential at all, and none is not none. */
const authorizationOf = (payload: unknown): unknown => {
  if (typeof payload !== 'object' || payload === null) return undefined
  const given = Object.entries(payload).flatMap(([name, value]: [string, unknown]) =>
    name.toLowerCase() === 'authorization' && value !== undefined && value !== null ? [value] : [],
  )
  return given.length > 1 ? given : given[0]
}
