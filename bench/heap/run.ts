import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serverFlags } from '../../bin/commands.mjs'
import { measureHeap } from './measure.ts'
import { pageOf, type HeapReport } from './page.ts'

/** `npm run bench:heap`: what an answer of 1 MB needs of the heap. With `--quick` three turns, and nothing is written. */
const { values } = parseArgs({ options: { quick: { type: 'boolean' } } })
const isQuick = values.quick === true
const RESULTS = join(import.meta.dirname, '..', 'results')
/** Of some 570 bytes each. */
const PRODUCTS = 1_850

const report: HeapReport = {
  date: new Date().toISOString().slice(0, 10),
  node: process.versions.node,
  measured: await measureHeap({
    forms: ['in-process', 'over-http'],
    settings: [
      { name: '1 MB', flags: ['--max-semi-space-size=1'] },
      { name: 'as `npm start`, 16 MB', flags: serverFlags },
    ],
    products: PRODUCTS,
    warmUp: isQuick ? 30 : 40,
    turns: isQuick ? 3 : 9,
    progress: (message) => process.stderr.write(`… ${message}\n`),
  }),
}
const page = pageOf(report)
console.log(page)
if (!isQuick) {
  await mkdir(RESULTS, { recursive: true })
  await writeFile(join(RESULTS, 'heap.json'), `${JSON.stringify(report, undefined, 2)}\n`)
  await writeFile(join(RESULTS, 'heap.md'), `${page}\n`)
}
