import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { openFollowedFile, type FollowedFile } from './followed-file.ts'
import { createLog } from '../log/log.ts'
import { until } from '../../test/testkit/until.ts'

let directory: string
let file: string
let lines: string
let followed: FollowedFile<number> | undefined
const changes: number[] = []
const log = createLog({ level: 'info', format: 'json', destination: { write: (line) => void (lines += line) } })

/** A file of one whole number. */
const parse = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new Error(`it is no number`)
  return Number(text)
}
const open = async (): Promise<FollowedFile<number>> => {
  followed = await openFollowedFile({
    setting: 'NUMBER_FILE',
    file,
    parse,
    log,
    onChange: (value) => void changes.push(value),
  })
  return followed
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'followed-'))
  file = join(directory, 'number')
  lines = ''
  changes.length = 0
  await writeFile(file, '1')
})
afterEach(async () => {
  followed?.stop()
  await rm(directory, { recursive: true })
})

test('an edit in place is in use within a second, and told once', async () => {
  const { current } = await open()
  const before = performance.now()
  await writeFile(file, '2')
  await until('the edit is in use', () => current() === 2)
  expect(performance.now() - before).toBeLessThan(5_000)
  await writeFile(file, '2')
  await writeFile(`${file}.next`, '3')
  await rename(`${file}.next`, file)
  await until('the replacement is in use', () => current() === 3)
  expect(changes).toEqual([2, 3])
})

test('a symbolic link that turns elsewhere is followed, as Kubernetes updates a ConfigMap', async () => {
  await mkdir(join(directory, 'v1'))
  await mkdir(join(directory, 'v2'))
  await writeFile(join(directory, 'v1', 'number'), '1')
  await writeFile(join(directory, 'v2', 'number'), '2')
  await unlink(file)
  await symlink('v1', join(directory, '..data'))
  await symlink(join('..data', 'number'), file)
  const { current } = await open()
  await symlink('v2', join(directory, '..data_tmp'))
  await rename(join(directory, '..data_tmp'), join(directory, '..data'))
  await until('the link’s new end is read', () => current() === 2)
})

test('an edit that is wrong is logged and changes nothing; a good one after it counts', async () => {
  const { current } = await open()
  await writeFile(file, 'two')
  await until('it is logged', () => lines.includes('a changed file is wrong'))
  expect(lines).toContain('it is no number')
  expect([current(), changes]).toEqual([1, []])
  await writeFile(file, '2')
  await until('the good one is in use', () => current() === 2)
})

test('a file that is gone is logged, and what it held stays in use until it is back', async () => {
  const { current } = await open()
  await unlink(file)
  await until('it is logged', () => lines.includes('cannot be read'))
  expect(current()).toBe(1)
  await writeFile(file, '2')
  await until('it is back', () => current() === 2)
})

test('a file that is never still is read all the same', async () => {
  const { current } = await open()
  let next = 1
  const writing = setInterval(() => void writeFile(file, String(++next)), 20)
  await until('one of its versions is in use', () => current() > 1)
  clearInterval(writing)
})

test.each([
  ['missing', undefined, /NUMBER_FILE: .*number: .*ENOENT/],
  ['wrong', 'one', /NUMBER_FILE: .*number: it is no number/],
])('a file that is %s at first is refused', async (_, text, message) => {
  await (text === undefined ? unlink(file) : writeFile(file, text))
  await expect(open()).rejects.toThrow(message)
  await expect(open()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})
