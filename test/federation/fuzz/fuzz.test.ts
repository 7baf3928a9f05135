import { expect, test } from '@jest/globals'
import { compareGraph } from './compare.ts'

test.each(Array.from({ length: 8 }, (_, index) => index + 1))(
  'random federation %i answers as one server does: the same data, every null with its error',
  async (seed) => {
    expect(await compareGraph(seed * 1000, 50)).toBeUndefined()
  },
)
