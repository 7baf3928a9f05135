import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemIds } from '../../platform/ids/generator.ts'
import { manualClock } from '../../test/testkit/manual-clock.ts'
import { until } from '../../test/testkit/until.ts'
import { openRecorder, type RecorderOptions } from './recorder.ts'
import { verifyRecording } from './verify-recording.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gpuaas-recording-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const arrange = async (more: Partial<RecorderOptions> = {}) => {
  const clock = manualClock()
  const recorder = await openRecorder({
    directory,
    sessionId: systemIds.next(),
    size: { columns: 80, rows: 24 },
    clock,
    onFailure: () => undefined,
    onPressure: () => undefined,
    ...more,
  })
  return { clock, recorder }
}

const recorded = async (events: number) => {
  const { clock, recorder } = await arrange()
  for (let count = 0; count < events; count += 1) {
    clock.advance(0.5)
    recorder.output(Buffer.from(`line ${count.toString()}\u2028\r\n`))
  }
  const report = await recorder.finish()
  return { report, file: join(directory, report.reference) }
}

test('is asciicast v2: a header, then output and sizes with their time, whole characters only', async () => {
  const { clock, recorder } = await arrange()
  const euro = Buffer.from('€')
  recorder.output(Buffer.concat([Buffer.from('a'), euro.subarray(0, 1)]))
  clock.advance(1.5)
  recorder.output(euro.subarray(1))
  recorder.resized({ columns: 132, rows: 50 })
  recorder.output(Buffer.from([0xff]))
  const { reference, bytes } = await recorder.finish()
  const text = await readFile(join(directory, reference), 'utf8')
  expect(Buffer.byteLength(text)).toBe(bytes)
  expect(
    text
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { version: 2, width: 80, height: 24, timestamp: 1772366400 },
    [0, 'o', 'a'],
    [1.5, 'o', '€'],
    [1.5, 'r', '132x50'],
    [1.5, 'o', '\ufffd'],
  ])
})

test('what was recorded verifies against its head, and against no other', async () => {
  const { report, file } = await recorded(600)
  expect(await verifyRecording(file, report.head)).toEqual({ ok: true, events: 602, seconds: 300 })
  expect(
    await verifyRecording(
      file,
      report.head.replace(/^./, (first) => (first === '0' ? '1' : '0')),
    ),
  ).toEqual({
    ok: false,
    line: 603,
  })
})

test.each<[name: string, tamper: (lines: string[]) => string[], noticedAt: number]>([
  ['changed', (lines) => lines.with(10, (lines[10] ?? '').replace('line', 'lime')), 258],
  ['taken out', (lines) => lines.toSpliced(300, 1), 514],
  ['put in', (lines) => lines.toSpliced(300, 0, '[150,"o","forged"]'), 516],
  ['swapped with its neighbour', (lines) => lines.with(5, lines[6] ?? '').with(6, lines[5] ?? ''), 258],
  ['cut off at the end', (lines) => lines.slice(0, -1), 602],
  ['no event any more', (lines) => lines.with(20, '{"a":1}'), 21],
  ['in another header', (lines) => lines.with(0, (lines[0] ?? '').replace('80', '81')), 258],
])('a line that is %s is noticed', async (_, tamper, line) => {
  const { report, file } = await recorded(600)
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  await writeFile(file, `${tamper(lines).join('\n')}\n`)
  expect(await verifyRecording(file, report.head)).toEqual({ ok: false, line })
})

test('a recording is never written over', async () => {
  const sessionId = systemIds.next()
  const first = await arrange({ sessionId })
  await expect(arrange({ sessionId })).rejects.toThrow('EEXIST')
  await first.recorder.finish()
})

test('that the disk is behind is told once, and once that it is not any more', async () => {
  const told: string[] = []
  const { recorder } = await arrange({ onPressure: (state) => told.push(state) })
  for (let count = 0; count < 40; count += 1) recorder.output(Buffer.alloc(65_536, 'a'))
  await until('it was written', () => told.includes('drained'))
  await recorder.finish()
  expect(told).toEqual(['full', 'drained'])
})
