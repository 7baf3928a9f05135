import { z } from 'zod'
import { isUuid } from '../ids/id.ts'
import type { DomainEvent, EventEnvelope, EventOwner } from './envelope.ts'

/** Whom an event belongs to, at the least. An organization always; a project or a user as well where so said. */
export type OwnerKind = 'organization' | 'project' | 'user'

export interface EventDefinition<Type extends string = string, Data = unknown> {
  readonly type: Type
  readonly version: number
  readonly owner: OwnerKind
  /** What happened, in a sentence for the catalogue's readers. */
  readonly description: string
  readonly schema: z.ZodType<Data>
  /** Makes the event for an outbox; throws an `EventRefused` when owner or data are not what the definition says. */
  readonly create: (owner: EventOwner, data: Data) => DomainEvent<Type, Data>
  /** The data of an event that arrived; throws an `EventRefused` when it is another type, version or shape. */
  readonly read: (event: EventEnvelope) => Data
}

/** A producer or consumer broke the catalogue: a fault of the program, never of a caller. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused'
}

export interface EventDescription<Type extends string, Shape extends z.ZodRawShape> {
  readonly type: Type
  readonly version: number
  readonly owner: OwnerKind
  readonly description: string
  /** Ids and figures, flat; unknown fields are refused. */
  readonly data: Shape
}

export const defineEvent = <const Type extends string, const Shape extends z.ZodRawShape>(
  description: EventDescription<Type, Shape>,
) => {
  const schema = z.strictObject(description.data)
  type Data = z.output<typeof schema>
  const { type, version, owner } = description

  const check = (of: EventOwner, data: unknown): Data => {
    const missing = missingOwner(owner, of)
    if (missing !== undefined) throw new EventRefused(`${type} needs ${missing} as its owner`)
    const parsed = schema.safeParse(data)
    if (!parsed.success) throw new EventRefused(`${type} v${version.toString()}: ${z.prettifyError(parsed.error)}`)
    return parsed.data
  }

  return {
    type,
    version,
    owner,
    description: description.description,
    schema,
    create: (of: EventOwner, data: Data): DomainEvent<Type, Data> => ({
      type,
      version,
      owner: of,
      data: check(of, data),
    }),
    read: (event: EventEnvelope): Data => {
      if (event.type !== type || event.version !== version) {
        throw new EventRefused(`${event.type} v${event.version.toString()} is not ${type} v${version.toString()}`)
      }
      return check(event.owner, event.data)
    },
  }
}

const missingOwner = (kind: OwnerKind, owner: EventOwner): string | undefined => {
  if (!isUuid(owner.organizationId)) return 'an organization'
  if (kind === 'project' && owner.projectId === undefined) return 'a project'
  if (kind === 'user' && owner.userId === undefined) return 'a user'
  return undefined
}
