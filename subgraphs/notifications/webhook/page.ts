import { idConnection, type IdPage } from '../../../platform/graphql/id-page.ts'
import type { WebhookEndpoint } from './model.ts'

/** A page of endpoints that were all read: an organization has few. They come by age. */
export const endpointConnection = (all: readonly WebhookEndpoint[], page: IdPage) => {
  const { direction, after, fetch } = page
  const walked = direction === 'forward' ? all : all.toReversed()
  const isBeyond = ({ id }: WebhookEndpoint): boolean =>
    after === undefined || (direction === 'forward' ? id.local > after : id.local < after)
  return idConnection(
    walked.filter(isBeyond).slice(0, fetch),
    page,
    ({ id }) => id.local,
    () => all.length,
  )
}
