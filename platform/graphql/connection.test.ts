import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { connectionOf, pageRequest, type PageArguments, type PageRequest } from './connection.ts'
import { readCursor, writeCursor, type ListIdentity } from './cursor.ts'
import { COUNT_LIMIT, MOST_COUNTED } from './total-count.ts'
import { catalogued } from '../errors/catalogue.ts'

const LIST: ListIdentity = {
  list: 'Project.buckets',
  sort: 'name',
  keyParts: 1,
  filter: { state: 'ACTIVE', tags: ['a'] },
}

const names = Array.from({ length: 57 }, (_, index) => `n${String(index).padStart(3, '0')}`)

/** What a repository does with a page: one row more than it shows, strictly beyond its cursor. */
const read = ({ direction, fetch, from }: PageRequest): readonly string[] => {
  const [key] = from ?? []
  const ordered = direction === 'forward' ? names : names.toReversed()
  const beyond = ordered.filter((name) => key === undefined || (direction === 'forward' ? name > key : name < key))
  return beyond.slice(0, fetch)
}

const page = (values: PageArguments) => {
  const request = pageRequest(values, LIST)
  return connectionOf(
    read(request),
    request,
    (name) => [name],
    () => names.length,
  )
}

const nodesOf = ({ edges }: ReturnType<typeof page>) => edges.map(({ node }) => node)

describe('a connection', () => {
  test('shows twenty unless asked otherwise, and says whether there is more', () => {
    const first = page({})
    expect(nodesOf(first)).toEqual(names.slice(0, 20))
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    expect(page({ first: 100 }).pageInfo).toMatchObject({ hasNextPage: false })
    expect(page({ first: 57 }).pageInfo.hasNextPage).toBe(false)
    expect(page({ first: 56 }).pageInfo.hasNextPage).toBe(true)
  })

  test('walked in either direction gives every row once, in order, whatever the page size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (size) => {
        const forward: string[] = []
        for (let after: string | null = null; ;) {
          const { edges, pageInfo } = page({ first: size, after })
          forward.push(...edges.map(({ node }) => node))
          if (!pageInfo.hasNextPage) break
          after = pageInfo.endCursor
        }
        const backward: string[] = []
        for (let before: string | null = null; ;) {
          const { edges, pageInfo } = page({ first: 20, last: size, before })
          backward.unshift(...edges.map(({ node }) => node))
          if (!pageInfo.hasPreviousPage) break
          before = pageInfo.startCursor
        }
        expect([forward, backward]).toEqual([names, names])
      }),
    )
  })

  test('tells its total whatever the page is, without counting where the page holds all', async () => {
    const count = jest.fn(() => names.length)
    const totalOf = (values: PageArguments) => {
      const request = pageRequest(values, LIST)
      return connectionOf(read(request), request, (name) => [name], count).totalCount()
    }
    const after = page({ first: 50 }).pageInfo.endCursor
    for (const values of [{}, { first: 1 }, { last: 1 }, { after }]) expect(await totalOf(values)).toBe(names.length)
    expect(count).toHaveBeenCalledTimes(4)
    for (const values of [{ first: 57 }, { last: 100 }]) expect(await totalOf(values)).toBe(names.length)
    expect(count).toHaveBeenCalledTimes(4)
  })

  test('tells no total of more than are counted', async () => {
    const totalOf = (counted: number) =>
      connectionOf(
        names,
        pageRequest({}, LIST),
        (name) => [name],
        () => counted,
      ).totalCount()
    expect(await totalOf(MOST_COUNTED)).toBe(10_000)
    expect(await totalOf(COUNT_LIMIT)).toBeNull()
  })

  test('counts nothing unless its total is asked for', () => {
    const count = jest.fn(() => names.length)
    connectionOf(names, pageRequest({}, LIST), (name) => [name], count)
    expect(count).not.toHaveBeenCalled()
  })

  test('refuses sizes out of bounds, and two directions at once', () => {
    for (const size of [0, -1, 101, 1.5, Number.NaN]) {
      expect(() => pageRequest({ first: size }, LIST)).toThrow('`first` must be between 1 and 100.')
      expect(() => pageRequest({ last: size }, LIST)).toThrow('`last` must be between 1 and 100.')
    }
    const mixed = 'A page goes forward (`first`, `after`) or backward (`last`, `before`), not both.'
    expect(() => pageRequest({ first: 5, last: 5 }, LIST)).toThrow(mixed)
    expect(() => pageRequest({ first: 5, before: 'x' }, LIST)).toThrow(mixed)
    expect(() => pageRequest({ last: 5, after: 'x' }, LIST)).toThrow(mixed)
  })

  test('refuses cursors of another list, order or filter, and what is none', () => {
    const cursor = writeCursor(LIST, ['n001'])
    const others: readonly Partial<ListIdentity>[] = [
      { list: 'Project.apps' },
      { sort: 'name desc' },
      { filter: { state: 'ACTIVE' } },
      { filter: undefined },
      { keyParts: 2 },
    ]
    for (const other of others)
      expect(readCursor({ ...LIST, ...other }, cursor)).toEqual({ ok: false, error: 'INVALID_CURSOR' })
    for (const text of ['', 'x', 'bnVsbA', Buffer.from('[1,2]').toString('base64url'), `${cursor}x`, cursor.slice(2)]) {
      expect(() => pageRequest({ after: text }, LIST)).toThrow(catalogued('INVALID_CURSOR'))
    }
  })

  test('takes a cursor whatever the order in which its filter was written', () => {
    const reordered = { ...LIST, filter: { tags: ['a'], missing: undefined, state: 'ACTIVE' } }
    expect(readCursor(reordered, writeCursor(LIST, ['n001']))).toEqual({ ok: true, value: ['n001'] })
  })

  test('gives back any key, and never fails on any text', () => {
    const identity = { list: 'l', sort: 's', keyParts: 2 }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (one, two) => {
        expect(readCursor(identity, writeCursor(identity, [one, two]))).toEqual({ ok: true, value: [one, two] })
        expect(readCursor(identity, one).ok).toBe(false)
      }),
    )
  })
})
