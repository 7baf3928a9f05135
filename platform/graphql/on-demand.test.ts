import { expect, test } from '@jest/globals'
import { onDemand } from './on-demand.ts'

interface Parts {
  readonly used: { readonly of: string }
  readonly unused: { readonly of: string }
}

test('a property is made once for each operation, of what that gave, and not before it is asked for', () => {
  const made: string[] = []
  const make = (name: string) => (operation: string) => {
    made.push(`${name} of ${operation}`)
    return { of: operation }
  }
  const open = onDemand<Parts, string>({ used: make('used'), unused: make('unused') })
  const [first, second] = [open('first'), open('second')]
  expect(made).toEqual([])
  expect(first.used).toBe(first.used)
  expect(first.used).toEqual({ of: 'first' })
  expect(second.used).toEqual({ of: 'second' })
  expect(made).toEqual(['used of first', 'used of second'])
})

test('a property may have any name', () => {
  const { given, made } = onDemand<{ given: string; made: string }, string>({
    given: (operation) => `given by ${operation}`,
    made: (operation) => `made by ${operation}`,
  })('an operation')
  expect([given, made]).toEqual(['given by an operation', 'made by an operation'])
})
