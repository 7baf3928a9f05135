import type { Transaction } from '../../../platform/database/database.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { GatewayNotice, GatewayPlace } from './gateways.ts'

/** Silent for longer than this, a gateway counts as gone. By the database's clock alone: processes' clocks differ. */
const GONE_AFTER = Prisma.sql`interval '15 seconds'`
/** What is gone for longer than this is forgotten. */
const FORGOTTEN_AFTER = Prisma.sql`interval '1 hour'`

const IS_ALIVE = Prisma.sql`g.seen_at > clock_timestamp() - ${GONE_AFTER}`

/** The terminal gateways that run. The platform's: they are nobody's. */
export class TerminalGatewayRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /** It is there, and holds so many. */
  async tell({ id, url, capacity, held }: GatewayNotice): Promise<void> {
    await this.#db.$executeRaw`
      INSERT INTO compute.terminal_gateways AS g (id, url, capacity, held, seen_at)
      VALUES (${id}, ${url}, ${capacity}::int, ${held}::int, clock_timestamp())
      ON CONFLICT (id) DO UPDATE SET held = excluded.held, seen_at = excluded.seen_at`
    await this.#db.$executeRaw`
      DELETE FROM compute.terminal_gateways g WHERE g.seen_at < clock_timestamp() - ${FORGOTTEN_AFTER}`
  }

  async drain(id: string): Promise<void> {
    await this.#db.$executeRaw`
      UPDATE compute.terminal_gateways g SET drained_at = coalesce(g.drained_at, clock_timestamp()) WHERE g.id = ${id}`
  }

  async remove(id: string): Promise<void> {
    await this.#db.$executeRaw`DELETE FROM compute.terminal_gateways g WHERE g.id = ${id}`
  }

  /** Whether it tells of itself, draining or not. */
  async isAlive(id: string): Promise<boolean> {
    const rows = await this.#db.$queryRaw<{ id: string }[]>`
      SELECT g.id FROM compute.terminal_gateways g WHERE g.id = ${id} AND ${IS_ALIVE}`
    return rows.length === 1
  }

  /** Where a new client may be sent: `preferred` where that one takes it, else the emptiest. */
  async choose(preferred: string | undefined): Promise<GatewayPlace | 'all full' | 'none'> {
    const rows = await this.#db.$queryRaw<(GatewayPlace & { readonly isOpen: boolean })[]>`
      SELECT g.id, g.url, (g.held < g.capacity OR g.id = ${preferred ?? ''}) AS "isOpen"
      FROM compute.terminal_gateways g WHERE g.drained_at IS NULL AND ${IS_ALIVE}
      ORDER BY g.id = ${preferred ?? ''} DESC, g.held::float8 / g.capacity, g.id LIMIT 1`
    const [chosen] = rows
    if (chosen === undefined) return 'none'
    return chosen.isOpen ? { id: chosen.id, url: chosen.url } : 'all full'
  }
}
