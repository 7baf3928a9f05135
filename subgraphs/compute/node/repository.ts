import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import type { Transaction } from '../../../platform/database/database.ts'
import { idPageQuery, type IdPage } from '../../../platform/graphql/id-page.ts'
import { COUNT_LIMIT } from '../../../platform/graphql/total-count.ts'
import { selfId, type Uuid } from '../../../platform/ids/id.ts'
import type { Prisma } from '../../../prisma/generated/client.ts'
import { readFabric } from '../catalogue/model.ts'
import { NODE_STATES, type ComputeNode, type NodeFilter, type NodeState, type Slot } from './model.ts'

const WITH_PARTS = { region: true, slots: { orderBy: { position: 'asc' } } } as const satisfies Prisma.NodeInclude

type NodeRow = Prisma.NodeGetPayload<{ include: typeof WITH_PARTS }>

const readState = (text: string): NodeState => {
  const state = NODE_STATES.find((known) => known === text)
  if (state === undefined) throw new Error(`The database holds an unknown state of a node: ${text}`)
  return state
}

const toSlot = ({ position, gpuCount, state }: NodeRow['slots'][number]): Slot => ({
  position,
  gpuCount,
  state: state === 'FREE' ? 'FREE' : 'CLAIMED',
})

const toNode = ({ id, name, region, state, gpuModel, fabric, slots }: NodeRow): ComputeNode => ({
  id: selfId('nod', uuidColumn(id)),
  name,
  region: { ...region, id: uuidColumn(region.id) },
  state: readState(state),
  gpuModel,
  fabric: readFabric(fabric),
  slots: slots.map(toSlot),
})

const chosen = ({ regionCode, states }: NodeFilter) => ({
  ...(regionCode !== undefined && { region: { code: regionCode } }),
  ...(states !== undefined && { state: { in: [...states] } }),
})

/** The machines of the platform; never who holds them. */
export class NodeRepository {
  readonly #db: Transaction

  constructor(db: Transaction) {
    this.#db = db
  }

  /** Those that exist, in no order. */
  async findAll(locals: readonly Uuid[]): Promise<ComputeNode[]> {
    const rows = await this.#db.node.findMany({ where: { id: { in: [...locals] } }, include: WITH_PARTS })
    return rows.map(toNode)
  }

  async page(filter: NodeFilter, page: IdPage): Promise<ComputeNode[]> {
    const { where, ...query } = idPageQuery(page)
    const wanted = { ...where, ...chosen(filter) }
    const rows = await this.#db.node.findMany({ ...query, where: wanted, include: WITH_PARTS })
    return rows.map(toNode)
  }

  /** No further than `COUNT_LIMIT`. */
  total(filter: NodeFilter): Promise<number> {
    return this.#db.node.count({ where: chosen(filter), take: COUNT_LIMIT })
  }
}
