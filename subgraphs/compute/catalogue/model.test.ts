import { expect, test } from '@jest/globals'
import { asksForSharedGpu, servingFabrics } from './model.ts'

test('a demand for a fabric is met by that fabric alone, and no demand by any, the plainest first (R30)', () => {
  expect(servingFabrics('IB')).toEqual(['IB'])
  expect(servingFabrics('ROCE')).toEqual(['ROCE'])
  expect(servingFabrics('NONE')).toEqual(['NONE', 'IB', 'ROCE'])
})

test.each(['a100-mig-1g.10gb', 'A100.vGPU-4', 'l40s-shared', 'h100-time-sliced', 't4-fractional', 'mps-l4'])(
  '%s asks for a part of a GPU (R31)',
  (code) => {
    expect(asksForSharedGpu(code)).toBe(true)
  },
)

test.each(['h200-8-ib', 'migration-node', 'l40s-1', 'unshared', ''])('%j does not', (code) => {
  expect(asksForSharedGpu(code)).toBe(false)
})
