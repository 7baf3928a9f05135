import { expect, test } from '@jest/globals'
import { stripVTControlCharacters } from 'node:util'
import { correlationOf, currentCorrelation, newCorrelation, runWithCorrelation } from './correlation.ts'
import { createLog } from './log.ts'
import { prettyLine } from './pretty.ts'

const recorder = (level: 'info' | 'debug' = 'info') => {
  const lines: string[] = []
  const log = createLog({ level, format: 'json', destination: { write: (line) => lines.push(line) } })
  return { log, entries: () => lines.map((line): unknown => JSON.parse(line)) }
}

test('every line below runWithCorrelation carries its ids, awaited or not, and no other line does', async () => {
  const { log, entries } = recorder()
  const correlations = [newCorrelation(), newCorrelation()]
  await Promise.all(
    correlations.map((correlation) =>
      runWithCorrelation(correlation, async () => {
        await Promise.resolve()
        log.info('inside')
      }),
    ),
  )
  log.info('outside')
  expect(entries()).toEqual([
    expect.objectContaining({ msg: 'inside', ...correlations[0] }),
    expect.objectContaining({ msg: 'inside', ...correlations[1] }),
    expect.not.objectContaining({ correlationId: expect.anything() }),
  ])
  expect(currentCorrelation()).toBeUndefined()
})

test('an inbound correlation id is kept when it is safe to store and echo', () => {
  expect(correlationOf('order-7_retry.2'.replace('.', '-')).correlationId).toBe('order-7_retry-2')
  const refused = [
    'short',
    'a'.repeat(65),
    'line\nbreak',
    "x'; drop table",
    '<script>',
    'gpk_live_0123456789',
    undefined,
    ['12345678'],
    '',
  ]
  for (const inbound of refused) {
    expect(correlationOf(inbound).correlationId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  }
})

test('new ids are version 7, of this moment, and no two are alike', () => {
  const before = Date.now()
  const ids = Array.from({ length: 2000 }, () => newCorrelation().correlationId)
  const after = Date.now()
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const at = Number.parseInt(id.replace('-', '').slice(0, 12), 16)
    expect(at >= before && at <= after).toBe(true)
  }
  expect(new Set(ids.map((id) => id[19]))).toEqual(new Set(['8', '9', 'a', 'b']))
})

test('lines below the level are not written', () => {
  const { log, entries } = recorder()
  log.debug('quiet')
  log.info('loud')
  expect(entries()).toEqual([expect.objectContaining({ level: 'info', msg: 'loud' })])
})

test('an error is written with type, code, message, stack and cause', () => {
  const { log, entries } = recorder()
  log.error(Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'E1' }))
  expect(entries()).toEqual([
    expect.objectContaining({
      msg: 'outer',
      err: expect.objectContaining({
        type: 'TypeError',
        code: 'E1',
        stack: expect.stringContaining('outer'),
        cause: expect.objectContaining({ message: 'inner' }),
      }),
    }),
  ])
})

test('lines for people show time, level, component, message, fields and the error with its cause', () => {
  const line = JSON.stringify({
    level: 'warn',
    time: '2026-05-04T10:11:12.345Z',
    component: 'relay',
    correlationId: 'hidden',
    subgraph: 'billing',
    msg: 'is slow',
    err: { stack: 'Error: outer\n    at here', cause: { message: 'inner' } },
  })
  const plain = stripVTControlCharacters(prettyLine(line))
  expect(plain).toBe('10:11:12 warn  relay: is slow  subgraph=billing\n    Error: outer\n        at here\n    inner')
  expect(prettyLine('not json')).toBe('not json')
})
