import { demoUuid } from './demo-id.ts'
import type { Uuid } from '../../platform/ids/id.ts'

/** When the demo machines were racked. */
const RACKED = Date.parse('2026-01-02T08:00:00Z')
const second = (n: number) => new Date(RACKED + n * 1000)

const region = (code: string, name: string, at: number) => ({ id: demoUuid(`reg ${code}`, second(at)), code, name })

const frankfurt = region('eu-central', 'Frankfurt', 0)
const oslo = region('eu-north', 'Oslo', 1)
export const regions = [frankfurt, oslo]

type Fabric = 'NONE' | 'IB' | 'ROCE'

const sku = (
  code: string,
  name: string,
  shape: 'BARE_METAL' | 'VM_SLICE',
  gpuModel: string,
  gpuCount: number,
  fabric: Fabric,
  microsPerHour: bigint,
  at: number,
) => ({
  id: demoUuid(`sku ${code}`, second(at)),
  priceId: demoUuid(`price ${code}`, second(at)),
  code,
  name,
  shape,
  gpuModel,
  gpuCount,
  fabric,
  microsPerHour,
})

export const wholeIb = sku(
  'h200-8-ib',
  '8 × H200, InfiniBand, whole machine',
  'BARE_METAL',
  'H200',
  8,
  'IB',
  24_800_000n,
  10,
)
export const wholeRoce = sku(
  'h100-8-roce',
  '8 × H100, RoCE, whole machine',
  'BARE_METAL',
  'H100',
  8,
  'ROCE',
  18_400_000n,
  11,
)
export const slice = sku('l40s-1', '1 × L40S, slice of a shared machine', 'VM_SLICE', 'L40S', 1, 'NONE', 1_150_000n, 12)
export const skus = [wholeIb, wholeRoce, slice]

export interface DemoNode {
  readonly id: Uuid
  readonly name: string
  readonly region: (typeof regions)[number]
  readonly gpuModel: string
  readonly fabric: Fabric
  readonly state: string
  readonly slots: readonly { readonly id: Uuid; readonly position: number }[]
}

const node = (
  name: string,
  at: number,
  of: (typeof regions)[number],
  model: string,
  fabric: Fabric,
  state = 'READY',
): DemoNode => ({
  id: demoUuid(`nod ${name}`, second(at)),
  name,
  region: of,
  gpuModel: model,
  fabric,
  state,
  slots: Array.from({ length: 8 }, (_, position) => ({
    id: demoUuid(`slt ${name} ${position}`, second(at)),
    position,
  })),
})

export const nodes = [
  node('fra-ib-1', 20, frankfurt, 'H200', 'IB'),
  node('fra-ib-2', 21, frankfurt, 'H200', 'IB'),
  node('fra-ib-3', 22, frankfurt, 'H200', 'IB'),
  node('osl-ib-1', 23, oslo, 'H200', 'IB'),
  node('osl-ib-2', 24, oslo, 'H200', 'IB', 'QUARANTINED'),
  node('fra-roce-1', 25, frankfurt, 'H100', 'ROCE'),
  node('fra-roce-2', 26, frankfurt, 'H100', 'ROCE'),
  node('osl-roce-1', 27, oslo, 'H100', 'ROCE'),
  node('fra-slice-1', 28, frankfurt, 'L40S', 'NONE'),
  node('fra-slice-2', 29, frankfurt, 'L40S', 'NONE'),
  node('osl-slice-1', 30, oslo, 'L40S', 'NONE'),
  node('osl-slice-2', 31, oslo, 'L40S', 'NONE'),
]

export const nodeNamed = (name: string): DemoNode => {
  const found = nodes.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`There is no demo node ${name}`)
  return found
}
