import { afterAll, beforeAll } from '@jest/globals'
import { startDistributed, type DistributedProduct } from '../testkit/processes.ts'
import { productSuite } from '../testkit/product-suite.ts'

let product: DistributedProduct

beforeAll(async () => {
  product = await startDistributed()
}, 120_000)

afterAll(() => product.stop(), 60_000)

productSuite(() => product)
