import { expect, test } from '@jest/globals'
import { CataloguedError } from '../errors/catalogue.ts'
import type { Uuid } from '../ids/id.ts'
import { writeCursor } from './cursor.ts'
import { idConnection, idPage, idPageQuery } from './id-page.ts'

const ids = ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002'] as Uuid[]

test('a page is read one row longer than it is shown, strictly beyond its cursor', () => {
  const first = idPage({ first: 1 }, 'Project.buckets')
  expect(idPageQuery(first)).toEqual({ where: {}, orderBy: { id: 'asc' }, take: 2 })

  const connection = idConnection(
    ids,
    first,
    (id) => id,
    () => ids.length,
  )
  expect(connection.edges.map(({ node }) => node)).toEqual([ids[0]])
  expect(connection.pageInfo.hasNextPage).toBe(true)

  const next = idPage({ first: 1, after: connection.pageInfo.endCursor }, 'Project.buckets')
  expect(idPageQuery(next)).toEqual({ where: { id: { gt: ids[0] } }, orderBy: { id: 'asc' }, take: 2 })
})

test('a cursor of another list, and one that holds no id, are refused', () => {
  const other = idConnection(
    ids,
    idPage({}, 'Project.apps'),
    (id) => id,
    () => 2,
  ).pageInfo.endCursor
  const forged = writeCursor({ list: 'Project.buckets', sort: 'id', keyParts: 1 }, ["' or 1=1"])
  for (const after of [other, forged, 'nonsense']) {
    expect(() => idPage({ after }, 'Project.buckets')).toThrow(CataloguedError)
  }
})
