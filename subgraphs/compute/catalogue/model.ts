import type { Uuid } from '../../../platform/ids/id.ts'

/** How a SKU is carved: the whole machine, or an approved slice of one. GPUs are never shared (R31). */
export const SHAPES = ['BARE_METAL', 'VM_SLICE'] as const
export type Shape = (typeof SHAPES)[number]

/** The network between machines, for jobs larger than one of them. */
export const FABRICS = ['NONE', 'IB', 'ROCE'] as const
export type Fabric = (typeof FABRICS)[number]

/** What can be allocated. */
export interface Sku {
  readonly id: Uuid
  readonly code: string
  readonly name: string
  readonly shape: Shape
  readonly gpuModel: string
  readonly gpuCount: number
  readonly fabric: Fabric
}

/** Where machines stand. */
export interface Region {
  readonly id: Uuid
  readonly code: string
  readonly name: string
}

/**
 * The fabrics of the machines that can serve a demand, the plainest first (R30): who needs none is served by any, who
 * needs one by that alone.
 */
export const servingFabrics = (wanted: Fabric): readonly Fabric[] => (wanted === 'NONE' ? FABRICS : [wanted])

const SHARING = /(?:^|[^a-z])(?:mig|vgpu|mps|shared|time-?slic(?:e|ed|ing)|fraction(?:al)?)(?:[^a-z]|$)/

/** Whether a code that we do not sell asks for a part of a GPU, in the words that the field uses for it (R31). */
export const asksForSharedGpu = (skuCode: string): boolean => SHARING.test(skuCode.toLowerCase())

const oneOf =
  <T extends string>(values: readonly T[], what: string) =>
  (text: string): T => {
    const value = values.find((known) => known === text)
    if (value === undefined) throw new Error(`The database holds an unknown ${what}: ${text}`)
    return value
  }

/** For rows: the database's checks hold the same lists. */
export const readShape = oneOf(SHAPES, 'shape')
export const readFabric = oneOf(FABRICS, 'fabric')
