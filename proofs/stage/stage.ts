import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { valueAt } from './answer.ts'
import { TARGET } from './arrangement.ts'
import { CALLERS, OWNER_CALLER, suspendedCallers, type SentCaller } from './callers.ts'
import { openDoors, type DoorOptions, type Doors } from './doors.ts'
import { arrangePrograms } from './programs.ts'
import { readThings, type Things } from './things.ts'
import { createWorld, type World } from './world.ts'
import { fingerprints, type Fingerprint } from './written.ts'

/** The product on a database of its own, with both of its doors open: the gateway's and each subgraph's. */
export interface Stage {
  readonly world: World
  readonly doors: Doors
  /** What everybody asks for. */
  readonly target: Things
  /** The same kinds of things, of the neighbouring project. */
  readonly neighbour: Things
  readonly callers: readonly SentCaller[]
  /** Who is sent while the organization of the target is suspended. */
  readonly suspendedCallers: readonly SentCaller[]
  /** By subscription: arguments with which the allowed caller is told something at once. */
  readonly replay: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  readonly written: () => Promise<Fingerprint>
  /** Suspends the organization of the target, or lets it go on. Every process is told. */
  readonly suspend: (standing: 'suspended' | 'active') => Promise<void>
  readonly stop: () => Promise<void>
}

const SUPERGRAPH = join(import.meta.dirname, '..', '..', 'schema', 'supergraph.graphql')

export const productSupergraph = (): Promise<string> => readFile(SUPERGRAPH, 'utf8')

/** Of a channel with several notifications: those after it are sent when somebody subscribes. */
const oldestCursor = async (doors: Doors): Promise<unknown> => {
  const query = '{ notifications(last: 1) { edges { node { cursor } } } }'
  const { data } = await doors.askGateway(OWNER_CALLER, query, {})
  return valueAt(data, ['notifications', 'edges', 0, 'node', 'cursor'])
}

export const startStage = async (options: Pick<DoorOptions, 'modules'> = {}): Promise<Stage> => {
  const world = await createWorld()
  const { owner } = world
  try {
    const callers = [...CALLERS, ...(await arrangePrograms(owner))]
    const doors = await openDoors({ ...options, database: world.database, supergraph: await productSupergraph() })
    return {
      world,
      doors,
      target: await readThings(owner, 'target'),
      neighbour: await readThings(owner, 'neighbour'),
      callers,
      suspendedCallers: suspendedCallers(callers),
      replay: new Map([
        ['Subscription.notifications', { after: await oldestCursor(doors) }],
        ['Subscription.terminalSession', {}], // its present state, at once
      ]),
      written: await fingerprints(owner),
      suspend: async (standing) => {
        const at = standing === 'suspended' ? new Date() : null
        await owner.query('update iam.organizations set suspended_at = $1 where id = $2', [at, TARGET.organization.id])
        await doors.forgetGrants()
      },
      stop: async () => {
        await doors.close()
        await world.drop()
      },
    }
  } catch (error) {
    await world.drop()
    throw error
  }
}
