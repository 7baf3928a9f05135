import { afterAll, beforeAll, describe } from '@jest/globals'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { keySuite } from '../testkit/key-suite.ts'
import { productSuite } from '../testkit/product-suite.ts'
import { revocationSuite } from '../testkit/revocation-suite.ts'
import { signInSuite } from '../testkit/sign-in-suite.ts'
import { totalSuite } from '../testkit/total-suite.ts'
import { terminalSuite } from '../testkit/terminal-suite.ts'

let product: EmbeddedProduct

beforeAll(async () => {
  product = await startEmbedded()
}, 120_000)

afterAll(() => product.stop(), 60_000)

productSuite(() => product)
describe('programs, by their keys (R16, R17, R18, R19)', () => {
  keySuite(() => product)
})
describe('people, by their tokens (R8, R9)', () => {
  revocationSuite(() => product)
})
describe('people, and who signs in as them (R72)', () => {
  signInSuite(() => product)
})
describe('terminals', () => {
  terminalSuite(() => product)
})
describe('totals of lists', () => {
  totalSuite(() => product)
})
