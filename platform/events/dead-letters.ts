import type { EventEnvelope } from './envelope.ts'
import { EVENT_COLUMNS, toValues } from './event-rows.ts'

export interface DeadLetter {
  readonly consumer: string
  readonly event: EventEnvelope
  /** A class or code, never a message: messages may hold what an event must not (R78). */
  readonly errorClass: string
  readonly tries: number
}

/** Keeps what a consumer gave up on, with its owner; the latest failure counts (R76). */
export const recordDeadLetter = async (
  query: (text: string, values: readonly unknown[]) => Promise<void>,
  { consumer, event, errorClass, tries }: DeadLetter,
): Promise<void> => query(RECORD, [...toValues(event), consumer, errorClass, tries])

const RECORD = `
  INSERT INTO events.dead_letters (${EVENT_COLUMNS.replace('id', 'event_id')}, consumer, error_class, tries)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  ON CONFLICT (consumer, event_id)
  DO UPDATE SET error_class = excluded.error_class, tries = excluded.tries, dead_at = now()`
