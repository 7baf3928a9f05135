import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import type { Client } from 'pg'
import { hashOf, type SealedEntry } from '../../platform/audit/entry.ts'
import { sealBatch } from '../../platform/audit/seal-batch.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { closeMinutes, writeAuditRow } from '../testkit/audit-rows.ts'
import { createTestDatabase, type TestDatabase } from '../testkit/database.ts'
import { codeOfPage } from '../testkit/guide-code.ts'

/** What docs/audit.md tells a reader to run, on a log that this product sealed. */
let testDatabase: TestDatabase
let owner: Client
let lines: readonly string[]
let verifier: string

/** Texts in which writers of JSON may differ. */
const TEXTS = ['\u0001\b\f\n\r\t\u001f\u007f "\\/', 'ß 漢字 👩‍🚀 \u2028 \ufeff', '', '\u{10ffff}']

const blockOf = async (language: string, content: string): Promise<string> => {
  const found = (await codeOfPage('audit.md')).find(
    (block) => block.language === language && block.code.includes(content),
  )
  if (found === undefined) throw new Error(`docs/audit.md has no ${language} with ${content}`)
  return found.code
}

const exported = async (chain: string): Promise<readonly string[]> => {
  const text = (await blockOf('sql', 'from audit.entries')).replace('<uuid>', chain)
  const asSent = { getTypeParser: () => String } // as psql prints it
  const { rows } = await owner.query<[string]>({ text, rowMode: 'array', types: asSent })
  return rows.map(([line]) => line)
}

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  owner = await testDatabase.connect('owner')
  const organization = systemIds.next()
  for (const text of TEXTS) await writeAuditRow(owner, 'compute', organization, text)
  const denial = {
    ...{
      id: systemIds.next(),
      org_id: organization,
      project_id: systemIds.next(),
      actor_kind: 'user',
      actor_id: 'usr_9',
    },
    ...{ coordinate: 'Mutation.x', action: 'x', code: 'CAPABILITY_REQUIRED', correlation_id: 'c', count: 12 },
    ...{ first_at: '2026-03-01T12:00:00Z', last_at: '2026-03-01T12:00:09.5Z' },
  }
  await (await testDatabase.connect('access')).query('select audit.record_denials($1)', [JSON.stringify([denial])])
  await closeMinutes(owner)
  const parts = { clock: systemClock, signer: undefined, batch: 4 }
  const sealer = await testDatabase.connect('sealer')
  while ((await sealBatch(sealer, parts)) > 0);
  await owner.query(`set time zone 'Asia/Kolkata'`)
  lines = await exported(organization)
  verifier = await blockOf('python', 'hashlib')
})
afterAll(() => testDatabase.drop())

test('R81: the statement exports whole entries, each of which hashes to its hash', () => {
  const entries = lines.map((line) => JSON.parse(line) as SealedEntry) // the statement names its members
  expect(entries.map(({ action }) => action)).toEqual([...TEXTS, 'x'])
  expect(entries.map(({ hash }) => hash)).toEqual(entries.map(hashOf))
})

/** The standard library is all that it needs. */
describe('the verifier in Python', () => {
  const verify = (input: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('python3', ['-I', '-c', verifier], {
      input: input.map((line) => `${line}\n`).join(''),
      encoding: 'utf8',
    })
    return { status, stdout: stdout.trim(), stderr: stderr.trim() }
  }
  const changed = (at: number, from: string, to: string) =>
    lines.map((line, index) => (index === at - 1 ? line.replace(from, to) : line))

  test('R81: finds an untouched chain intact', () => {
    const last = JSON.parse(lines.at(-1) ?? '') as SealedEntry // a line of the statement
    expect(verify(lines)).toEqual({
      ...{ status: 0, stderr: '' },
      stdout: `intact: ${String(lines.length)} entries, hash ${last.hash}`,
    })
  })

  test('R81: names the first entry that is not as it was sealed', () => {
    const broken = (sequence: number) => ({ status: 1, stdout: '', stderr: `broken at ${String(sequence)}` })
    expect(verify(changed(2, 'usr_1', 'usr_2'))).toEqual(broken(2))
    expect(verify(changed(lines.length, '"count" : "12"', '"count" : "1"'))).toEqual(broken(lines.length))
    expect(verify(lines.toSpliced(2, 1))).toEqual(broken(3))
    expect(verify(lines.slice(1))).toEqual(broken(1))
    expect(verify(lines.with(3, lines[2] ?? ''))).toEqual(broken(4))
  })
})
