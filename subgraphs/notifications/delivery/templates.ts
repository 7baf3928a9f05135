import { ownedId } from '../../../platform/ids/id.ts'
import { allocationActivated, allocationFailed, allocationReleased } from '../../../platform/events/catalogue.ts'
import type { EventEnvelope } from '../../../platform/events/envelope.ts'
import type { Uuid } from '../../../platform/ids/id.ts'

/** What an event is told as. Made of the ids and codes of the event alone: an event holds no content (R78). */
export interface Notice {
  /** Names the text, for clients that write their own. */
  readonly template: string
  readonly title: string
  readonly body: string
  /** The text of the id of what it is about. */
  readonly subject: string
}

/** How the events of one type are told, and to whom. */
export interface Template {
  readonly type: string
  /** Those who hold it in the project of the event are told. */
  readonly capability: string
  readonly write: (event: EventEnvelope, project: Uuid) => Notice
}

const allocationId = (project: Uuid, allocation: Uuid): string => ownedId('alc', project, allocation).text

const AUDIENCE = 'COMPUTE_ALLOCATION_READ'

/** Every text that a notification is made of. */
export const TEMPLATES: readonly Template[] = [
  {
    type: allocationActivated.type,
    capability: AUDIENCE,
    write: (event, project) => {
      const data = allocationActivated.read(event)
      return {
        template: 'allocation-active',
        title: `An allocation of ${data.skuCode} is active`,
        body: `An allocation of ${data.skuCode} in your project is ready to use.`,
        subject: allocationId(project, data.allocationId),
      }
    },
  },
  {
    type: allocationReleased.type,
    capability: AUDIENCE,
    write: (event, project) => {
      const data = allocationReleased.read(event)
      return {
        template: 'allocation-released',
        title: `An allocation of ${data.skuCode} was released`,
        body: `An allocation of ${data.skuCode} in your project was released. It costs nothing from now on.`,
        subject: allocationId(project, data.allocationId),
      }
    },
  },
  {
    type: allocationFailed.type,
    capability: AUDIENCE,
    write: (event, project) => {
      const data = allocationFailed.read(event)
      return {
        template: 'allocation-failed',
        title: `An allocation of ${data.skuCode} failed`,
        body: `An allocation of ${data.skuCode} in your project did not become usable (${data.reason}). It costs nothing.`,
        subject: allocationId(project, data.allocationId),
      }
    },
  },
]
