import type { Money } from '../money/model.ts'

/** What an hour of a SKU costs from a moment on. */
export interface Price {
  readonly skuCode: string
  readonly perHour: Money
  readonly effectiveFrom: Date
}
