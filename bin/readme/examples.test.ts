import { expect, test } from '@jest/globals'
import { differences, examplesIn } from './examples.mjs'

const fence = (info: string, text: string): string => `\`\`\`${info}\n${text}\n\`\`\`\n`

test('a marked command comes with the answer printed below it', () => {
  const page = [
    fence('sh', 'npm start'),
    fence('sh ci', 'curl /graphql'),
    'It answers:\n',
    fence('json', '{ "data": 1 }'),
    fence('sh ci', 'npm run token'),
    fence('text', 'eyJ'),
    fence('json', '{}'),
  ].join('\n')
  expect(examplesIn(page)).toEqual([
    { command: 'curl /graphql\n', answer: { data: 1 } },
    { command: 'npm run token\n', answer: undefined },
  ])
})

test('"…" stands for any text, and for nothing else', () => {
  expect(differences({ id: 'alc_…', name: '…' }, { id: 'alc_x.y', name: 'z' })).toEqual([])
  expect(differences({ id: 'alc_…' }, { id: 'bkt_x' })).toHaveLength(1)
  expect(differences({ id: '…' }, { id: 3 })).toHaveLength(1)
  expect(differences({ id: '…' }, {})).toHaveLength(1)
})

test.each([
  ['a value', { a: [1, 2] }, { a: [1, 3] }, '$.a.1: the page has 2, the answer has 3'],
  ['something missing', { a: 1 }, {}, '$.a: the page has 1, the answer has nothing'],
  ['something more', {}, { errors: [] }, '$.errors: the page has nothing, the answer has []'],
  ['null for an object', { a: {} }, { a: null }, '$.a: the page has {}, the answer has null'],
  ['an object for a list', [], {}, '$: the page has [], the answer has {}'],
])('names %s', (_, printed, actual, difference) => {
  expect(differences(printed, actual)).toEqual([difference])
})
