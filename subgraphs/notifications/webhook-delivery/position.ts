import { catalogued } from '../../../platform/errors/catalogue.ts'
import {
  connectionOf,
  pageRequest,
  type PageArguments,
  type PageRequest,
} from '../../../platform/graphql/connection.ts'
import { readCursor, writeCursor, type CursorKey, type ListIdentity } from '../../../platform/graphql/cursor.ts'
import type { Count } from '../../../platform/graphql/total-count.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { WebhookEndpointId } from '../webhook/model.ts'
import type { DeliveryStatus, WebhookDelivery } from './model.ts'

const SEQUENCE = /^\d{1,18}$/

const sequenceOf = ([sequence = '']: CursorKey): Result<bigint, 'CURSOR_INVALID'> =>
  SEQUENCE.test(sequence) ? ok(BigInt(sequence)) : err('CURSOR_INVALID')

/** A place among the deliveries of one endpoint: of another it is none. */
const placeOf = (endpoint: WebhookEndpointId): ListIdentity => ({
  list: 'Mutation.redeliverWebhooks',
  sort: 'sequence',
  keyParts: 1,
  filter: endpoint.text,
})

/** Where a redelivery begins that repeats everything after this one. */
export const redeliveryCursor = ({ endpointId, sequence }: Pick<WebhookDelivery, 'endpointId' | 'sequence'>): string =>
  writeCursor(placeOf(endpointId), [sequence.toString()])

export const redeliveryPosition = (endpoint: WebhookEndpointId, cursor: string): Result<bigint, 'CURSOR_INVALID'> => {
  const key = readCursor(placeOf(endpoint), cursor)
  return key.ok ? sequenceOf(key.value) : err('CURSOR_INVALID')
}

/** A page of the deliveries of an endpoint, newest first. */
export interface DeliveryPage extends PageRequest {
  readonly beyond: bigint | undefined
  readonly status: DeliveryStatus | undefined
}

interface DeliveryFilter {
  readonly status?: DeliveryStatus | null | undefined
}

export const deliveryPage = (
  args: PageArguments & DeliveryFilter & { readonly filter?: DeliveryFilter | null | undefined },
  endpoint: WebhookEndpointId,
): DeliveryPage => {
  const status = args.filter?.status ?? args.status ?? undefined
  const filter = { endpoint: endpoint.text, status }
  const identity = { list: 'WebhookEndpoint.deliveries', sort: 'sequence desc', keyParts: 1, filter }
  const request = pageRequest(args, identity)
  const beyond = request.from && sequenceOf(request.from)
  if (beyond?.ok === false) {
    throw catalogued('INVALID_CURSOR', { argument: request.direction === 'forward' ? 'after' : 'before' })
  }
  return { ...request, beyond: beyond?.value, status }
}

export const deliveryConnection = (rows: readonly WebhookDelivery[], page: DeliveryPage, count: Count) =>
  connectionOf(rows, page, ({ sequence }) => [sequence.toString()], count)
