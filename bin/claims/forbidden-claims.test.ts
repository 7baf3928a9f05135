import { expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { forbiddenClaims } from './forbidden-claims.ts'

test.each([
  'A FedRAMP-ready gateway',
  'Our audit log is tamper-proof.',
  'kept on WORM storage',
  'PCI-DSS CDE readiness',
  'is HIPAA compliant',
  'SOC 2 certified, ISO 27001 too',
  'inside a FIPS 140-3 validated boundary',
  'keys rest in an HSM',
  'hardware-rooted attestation of each node',
  'Row-level security is the primary isolation boundary.',
  'RLS-only tenancy',
])('R83: “%s” is refused', (text) => {
  expect(forbiddenClaims(`A first line.\n${text}`)).toMatchObject([{ line: 2 }])
})

test.each([
  'Audit is tamper-evident: a change is found, not prevented.',
  'Row-level security is a further layer, never the one relied upon.',
  'A worm gear, a fipsy name and a social number',
])('R83: “%s” is no claim', (text) => {
  expect(forbiddenClaims(text)).toEqual([])
})

test('R83: the check refuses a page that claims, and passes without it', async () => {
  const root = join(import.meta.dirname, '..', '..')
  const page = join(root, 'docs', `claiming-${String(process.pid)}.md`)
  const check = () => promisify(execFile)(process.execPath, ['bin/claims/check.ts'], { cwd: root })
  await check()
  await writeFile(page, '# Audit\n\nTamper-proof.\n')
  try {
    await expect(check()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${String(process.pid)}.md:3: “Tamper-proof” claims`),
    })
  } finally {
    await rm(page)
  }
})
