import { afterAll, beforeAll } from '@jest/globals'
import { startEmbedded, type EmbeddedProduct } from '../testkit/product.ts'
import { productSuite } from '../testkit/product-suite.ts'

let product: EmbeddedProduct

beforeAll(async () => {
  product = await startEmbedded()
}, 120_000)

afterAll(() => product.stop(), 60_000)

productSuite(() => product)
