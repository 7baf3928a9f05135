import { uuidColumn } from '../../../platform/database/uuid-column.ts'
import { ownedId } from '../../../platform/ids/id.ts'
import { readFabric, readShape } from '../catalogue/model.ts'
import { FAILURE_REASONS, type Allocation, type AllocationName } from './model.ts'

/** An allocation with its SKU, node and region, as one statement reads them. */
export interface AllocationRow {
  readonly projectId: string
  readonly id: string
  readonly name: string
  readonly state: string
  readonly failureReason: string | null
  readonly requestedAt: Date
  readonly placedAt: Date | null
  readonly activeAt: Date | null
  readonly releasingAt: Date | null
  readonly releasedAt: Date | null
  readonly skuId: string
  readonly skuCode: string
  readonly skuName: string
  readonly shape: string
  readonly gpuModel: string
  readonly gpuCount: number
  readonly fabric: string
  readonly nodeId: string | null
  readonly regionId: string | null
  readonly regionCode: string | null
  readonly regionName: string | null
}

/** A column that the state of the row demands; the database's checks and the transitions promise it. */
const present = <T>(row: AllocationRow, value: T | null): T => {
  if (value === null) throw new Error(`Allocation ${row.id} is ${row.state} but lacks what that state has`)
  return value
}

const asked = (row: AllocationRow) => ({
  id: ownedId('alc', uuidColumn(row.projectId), uuidColumn(row.id)),
  name: row.name as AllocationName, // parsed when it was written
  requestedAt: row.requestedAt,
  sku: {
    id: uuidColumn(row.skuId),
    code: row.skuCode,
    name: row.skuName,
    shape: readShape(row.shape),
    gpuModel: row.gpuModel,
    gpuCount: row.gpuCount,
    fabric: readFabric(row.fabric),
  },
})

const located = (row: AllocationRow) => ({
  nodeId: uuidColumn(present(row, row.nodeId)),
  region: {
    id: uuidColumn(present(row, row.regionId)),
    code: present(row, row.regionCode),
    name: present(row, row.regionName),
  },
  placedAt: present(row, row.placedAt),
})

const givenBack = (row: AllocationRow) => ({
  activeAt: row.activeAt ?? undefined,
  releasingAt: present(row, row.releasingAt),
})

export const toAllocation = (row: AllocationRow): Allocation => {
  switch (row.state) {
    case 'REQUESTED':
      return { ...asked(row), state: row.state }
    case 'PLACED':
    case 'PROVISIONING':
      return { ...asked(row), ...located(row), state: row.state }
    case 'ACTIVE':
      return { ...asked(row), ...located(row), state: row.state, activeAt: present(row, row.activeAt) }
    case 'RELEASING':
    case 'CLEANING':
      return { ...asked(row), ...located(row), ...givenBack(row), state: row.state }
    case 'RELEASED':
      return {
        ...asked(row),
        ...located(row),
        ...givenBack(row),
        state: row.state,
        releasedAt: present(row, row.releasedAt),
      }
    case 'FAILED': {
      // A reason that another release wrote and this one does not know reads as the general one.
      const reason = FAILURE_REASONS.find((known) => known === row.failureReason) ?? 'PROVISIONING_REFUSED'
      return { ...asked(row), ...(row.placedAt !== null && located(row)), state: row.state, failureReason: reason }
    }
    default:
      throw new Error(`Allocation ${row.id} is in an unknown state: ${row.state}`)
  }
}

/** What may change in a row; the rest is written once. */
export const toColumns = (allocation: Allocation) => ({
  name: allocation.name,
  state: allocation.state,
  requestedAt: allocation.requestedAt,
  nodeId: 'nodeId' in allocation ? allocation.nodeId : null,
  placedAt: 'placedAt' in allocation ? allocation.placedAt : null,
  activeAt: 'activeAt' in allocation ? (allocation.activeAt ?? null) : null,
  releasingAt: 'releasingAt' in allocation ? allocation.releasingAt : null,
  releasedAt: 'releasedAt' in allocation ? allocation.releasedAt : null,
  failureReason: 'failureReason' in allocation ? allocation.failureReason : null,
})
