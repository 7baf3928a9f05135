import { APP_PLATFORM_EVENTS } from './catalogue/app-platform.ts'
import { BILLING_EVENTS } from './catalogue/billing.ts'
import { COMPUTE_EVENTS } from './catalogue/compute.ts'
import { IAM_EVENTS } from './catalogue/iam.ts'
import { NOTIFICATIONS_EVENTS } from './catalogue/notifications.ts'
import { STORAGE_EVENTS } from './catalogue/storage.ts'
import { EventRefused } from './define-event.ts'
import type { DomainEvent } from './envelope.ts'

export * from './catalogue/app-platform.ts'
export * from './catalogue/billing.ts'
export * from './catalogue/compute.ts'
export * from './catalogue/iam.ts'
export * from './catalogue/notifications.ts'
export * from './catalogue/storage.ts'

/** Every event of the product. What is not here is not published. */
export const EVENT_CATALOGUE = [
  ...IAM_EVENTS,
  ...COMPUTE_EVENTS,
  ...APP_PLATFORM_EVENTS,
  ...STORAGE_EVENTS,
  ...BILLING_EVENTS,
  ...NOTIFICATIONS_EVENTS,
] as const

export type EventType = (typeof EVENT_CATALOGUE)[number]['type']

/** The first words of all subjects: what a backbone keeps. */
export const EVENT_SUBJECTS = ['gpuaas.>', 'platform.>', 'appplatform.>', 'storage.>'] as const

const byType = new Map<string, (typeof EVENT_CATALOGUE)[number]>(EVENT_CATALOGUE.map((event) => [event.type, event]))

/** What an outbox accepts: a catalogued type and version, its owner, its data and nothing else. Throws `EventRefused`. */
export const assertCatalogued = (event: DomainEvent): void => {
  const definition = byType.get(event.type)
  if (definition === undefined) throw new EventRefused(`${event.type} is not in the catalogue of events`)
  definition.read({ ...event, id: event.owner.organizationId, occurredAt: '', correlationId: '', causationId: '' })
}
