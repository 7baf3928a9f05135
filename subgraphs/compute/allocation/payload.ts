import { refusedWith, type Refusals } from '../../../platform/graphql/user-errors.ts'
import type { Result } from '../../../platform/result/result.ts'
import type { CreateRefusal } from './creation.ts'
import type { Allocation } from './model.ts'
import type { ReleaseRefusal } from './service.ts'

const CREATE_REFUSALS: Refusals<CreateRefusal> = {
  NAME_INVALID: { field: ['name'], message: 'A name has 2 to 63 lower-case letters, digits and inner hyphens.' },
  NAME_TAKEN: { field: ['name'], message: 'A living allocation of the project has this name.' },
  UNKNOWN_SKU: { field: ['skuCode'], message: 'There is no SKU of this code; `skus` lists them.' },
  UNKNOWN_REGION: { field: ['regionCode'], message: 'There is no region of this code; `regions` lists them.' },
  UNSUPPORTED_SHAPE: { field: ['skuCode'], message: 'Shared GPUs (MIG, vGPU, time slices) are not offered.' },
  INSUFFICIENT_CAPACITY: {
    field: ['skuCode'],
    message: 'No machine that fits is free now; try another region or SKU, or later. `capacity` tells what is free.',
  },
}

const RELEASE_REFUSALS: Refusals<ReleaseRefusal> = {
  NOT_FOUND: { field: ['allocationId'], message: 'The project has no such allocation.' },
  ALREADY_RELEASED: { field: ['allocationId'], message: 'The allocation was given back before, or failed.' },
  NOT_PLACED: { field: ['allocationId'], message: 'The allocation is not placed yet: there is nothing to give back.' },
}

const payload =
  <Code extends string>(refusals: Refusals<Code>) =>
  (result: Result<Allocation, Code>) =>
    result.ok
      ? { allocation: result.value, userErrors: [] }
      : { allocation: null, userErrors: refusedWith(result.error, refusals) }

export const createAllocationPayload = payload(CREATE_REFUSALS)
export const releaseAllocationPayload = payload(RELEASE_REFUSALS)
