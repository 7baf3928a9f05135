import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { loadOrCreateKeyRing } from './key-file.ts'
import { createKeyRing, parseKeyRing, printKeyRing, publicKeys, rotateKeyRing } from './key-ring.ts'

describe('what is published', () => {
  test.each([
    ['EdDSA', ['alg', 'crv', 'kid', 'kty', 'use', 'x']],
    ['ES256', ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']],
  ] as const)('of a key for %s is its public half alone', async (algorithm, members) => {
    const [key] = publicKeys(await createKeyRing(algorithm)).keys
    expect(Object.keys(key ?? {}).sort()).toEqual(members)
  })
})

test('R22: a rotation puts a new key first and keeps as many earlier ones as asked', async () => {
  const first = await createKeyRing('EdDSA')
  const second = await rotateKeyRing(first)
  const third = await rotateKeyRing(second)
  expect(second.slice(1)).toEqual([...first])
  expect(third.slice(1)).toEqual([second[0]])
  expect(new Set([first, second, third].map(([{ kid }]) => kid)).size).toBe(3)
})

describe('the text of a key ring', () => {
  test('reads back as it was printed', async () => {
    const ring = await rotateKeyRing(await createKeyRing('EdDSA'))
    expect(await parseKeyRing('x', printKeyRing(ring))).toEqual(ring)
  })

  test('may be one key, which is named by its thumbprint when it has no name', async () => {
    const [{ kid, alg, ...key }] = await createKeyRing('EdDSA')
    expect(await parseKeyRing('x', JSON.stringify(key))).toEqual([{ ...key, kid, alg }])
    expect(await parseKeyRing('x', JSON.stringify({ ...key, kid: '2026-01' }))).toEqual([
      { ...key, kid: '2026-01', alg },
    ])
  })

  test('is refused when it holds no private key, and the message quotes none of it', async () => {
    const ring = await createKeyRing('EdDSA')
    const [{ d }] = ring
    const texts = [
      '',
      'nonsense',
      '{}',
      '{"keys":[]}',
      JSON.stringify(publicKeys(ring)),
      `{"kty":"RSA","d":"${d}"}`,
      `{"d":"${d}"`,
    ]
    for (const text of texts) {
      const message = await parseKeyRing('INTERNAL_SIGNING_KEY', text).then(() => 'accepted', String)
      expect(message).toContain('INTERNAL_SIGNING_KEY')
      expect(message).not.toContain(d)
    }
  })
})

describe('a key file', () => {
  let directory: string
  let file: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keys-'))
    file = join(directory, 'identity', 'keys.json')
  })
  afterEach(() => rm(directory, { recursive: true }))

  test('is made once, readable by its owner alone, and read afterwards', async () => {
    const made = await loadOrCreateKeyRing(file, 'ES256')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await loadOrCreateKeyRing(file, 'ES256')).toEqual(made)
  })

  test('is the same for all who start at once', async () => {
    const rings = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateKeyRing(file, 'EdDSA')))
    expect(new Set(rings.map(([{ kid }]) => kid)).size).toBe(1)
    expect(await readdir(join(directory, 'identity'))).toEqual(['keys.json'])
  })

  test('that is damaged is named, with the remedy, and left as it is', async () => {
    await loadOrCreateKeyRing(file, 'EdDSA')
    await writeFile(file, '{"keys":')
    await expect(loadOrCreateKeyRing(file, 'EdDSA')).rejects.toThrow(`${file} is not JSON. Remove the file`)
    expect(await readFile(file, 'utf8')).toBe('{"keys":')
  })
})
