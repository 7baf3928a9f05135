import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { idsAt } from './scope-path.ts'

test('ids are found through inputs and lists, each once', () => {
  expect(idsAt({ id: 'a' }, ['id'])).toEqual({ ok: true, value: ['a'] })
  expect(idsAt({ input: { ids: ['a', 'b', 'a'] } }, ['input', 'ids'])).toEqual({ ok: true, value: ['a', 'b'] })
  expect(idsAt({ items: [{ of: { id: 'a' } }, { of: { id: 'b' } }] }, ['items', 'of', 'id'])).toEqual({
    ok: true,
    value: ['a', 'b'],
  })
})

test('nothing inherited is an argument', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) expect(idsAt({}, [name]).ok).toBe(false)
  expect(idsAt(Object.create({ id: 'a' }), ['id']).ok).toBe(false)
  expect(idsAt(JSON.parse('{ "__proto__": { "id": "a" } }'), ['__proto__', 'id'])).toEqual({ ok: true, value: ['a'] })
})

test('one hole anywhere refuses the whole: no id is decided and another left out', () => {
  const holes = fc.constantFrom<unknown>(null, undefined, '', [], 7, true, { id: null }, {}, [null], [['']])
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 })), holes, fc.nat(5), (ids, hole, at) => {
      const items: unknown[] = ids.map((id) => ({ id }))
      items.splice(at, 0, { id: hole })
      expect(idsAt({ items }, ['items', 'id']).ok).toBe(false)
    }),
  )
})

test('whatever is given, every string at the path is found or the whole is refused', () => {
  const value = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, fc.string(), fc.constant(null), fc.array(tie('tree'), { maxLength: 3 })),
  })).tree
  const strings = (held: unknown): unknown[] => (Array.isArray(held) ? held.flatMap(strings) : [held])
  fc.assert(
    fc.property(value, (held) => {
      const found = idsAt({ id: held }, ['id'])
      const expected = strings(held)
      const complete = expected.length > 0 && expected.every((id) => typeof id === 'string' && id !== '')
      if (found.ok) expect(new Set(found.value)).toEqual(new Set(expected))
      else if (complete) expect(JSON.stringify(held)).toContain('[]')
    }),
  )
})
