/**
 * Prints `.env.example` with a new secret for every value that is left empty there. For any Node from 18 on:
 *
 *   node docker/make-env.mjs > docker/.env
 */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** What `NAME_PUBLIC_KEY` is after `NAME_SIGNING_KEY`. @type {Map<string, string>} */
const publicHalves = new Map()

/** @param {string} name */
const signingKey = (name) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  publicHalves.set(
    name.replace(/_SIGNING_KEY$/, '_PUBLIC_KEY'),
    `'${JSON.stringify(publicKey.export({ format: 'jwk' }))}'`,
  )
  return `'${JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: randomUUID() })}'`
}

/** @param {string} name */
const secretFor = (name) =>
  publicHalves.get(name) ?? (name.endsWith('_SIGNING_KEY') ? signingKey(name) : randomBytes(24).toString('base64url'))

const example = readFileSync(new URL('.env.example', import.meta.url), 'utf8')
const filled = example.replace(/^([A-Z_]+)=$/gm, (_, name) => `${name}=${secretFor(name)}`)

process.stdout.write(filled)
