import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createEnvelope, type Binding, type Sealed } from './envelope.ts'

const OLD = 'the-old-key-of-this-test-is-long-enough'
const NEW = 'the-new-key-of-this-test-is-long-enough'
const BINDING: Binding = ['organization', 'project', 'environment', 'secret', '1']
const VALUE = Buffer.from('planted value')

const flipped = (bytes: Uint8Array, at: number): Buffer => {
  const changed = Buffer.from(bytes)
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
  return changed
}

describe('an envelope', () => {
  test('gives back what was sealed, whatever it is and wherever it belongs', () => {
    const envelope = createEnvelope([NEW])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.string(), { minLength: 1 }), (plaintext, parts) => {
        const [first = '', ...others] = parts
        const binding: Binding = [first, ...others]
        const opened = envelope.open(envelope.seal(plaintext, binding), binding)
        expect(opened.equals(plaintext)).toBe(true)
      }),
    )
  })

  test('has the canonical form, a data key of its own each time, and no trace of the plaintext', () => {
    const envelope = createEnvelope([NEW])
    const [one, other] = [envelope.seal(VALUE, BINDING), envelope.seal(VALUE, BINDING)]
    expect(one.keyId).toMatch(/^[0-9a-f]{16}$/)
    expect([one.wrappedKey[0], one.wrappedKey.length]).toEqual([1, 1 + 12 + 32 + 16])
    expect([one.ciphertext[0], one.ciphertext.length]).toEqual([1, 1 + 12 + VALUE.length + 16])
    expect(Buffer.from(one.ciphertext).equals(other.ciphertext)).toBe(false)
    expect(() => envelope.open({ ...one, wrappedKey: other.wrappedKey }, BINDING)).toThrow()
    expect(Buffer.concat([one.wrappedKey, one.ciphertext]).includes(VALUE)).toBe(false)
  })

  test.each([
    ['another organization', ['elsewhere', 'project', 'environment', 'secret', '1']],
    ['another project', ['organization', 'elsewhere', 'environment', 'secret', '1']],
    ['another environment', ['organization', 'project', 'sibling', 'secret', '1']],
    ['another secret', ['organization', 'project', 'environment', 'other', '1']],
    ['another version', ['organization', 'project', 'environment', 'secret', '2']],
    ['parts cut elsewhere', ['organizationproject', 'environment', 'secret', '1']],
    ['a part less', ['organization', 'project', 'environment', 'secret']],
  ] as const)('does not open when it was moved to %s', (_, moved) => {
    const envelope = createEnvelope([NEW])
    const sealed = envelope.seal(VALUE, BINDING)
    expect(() => envelope.open(sealed, moved)).toThrow('unable to authenticate')
    const { wrappedKey, keyId } = envelope.seal(VALUE, moved)
    expect(() => envelope.open({ ...sealed, wrappedKey, keyId }, moved)).toThrow('unable to authenticate')
  })

  test('does not open when a single bit of it was changed', () => {
    const envelope = createEnvelope([NEW])
    const sealed = envelope.seal(VALUE, BINDING)
    for (const field of ['wrappedKey', 'ciphertext'] as const) {
      for (let at = 0; at < sealed[field].length; at += 1) {
        const changed: Sealed = { ...sealed, [field]: flipped(sealed[field], at) }
        expect(() => envelope.open(changed, BINDING)).toThrow()
      }
      expect(() => envelope.open({ ...sealed, [field]: sealed[field].subarray(0, 20) }, BINDING)).toThrow(
        'no envelope of a known format',
      )
    }
  })

  test('is opened by the key that sealed it while that key is in the ring, and by no other', () => {
    const before = createEnvelope([OLD]).seal(VALUE, BINDING)
    const turned = createEnvelope([NEW, OLD])
    expect(turned.open(before, BINDING).equals(VALUE)).toBe(true)
    const after = turned.seal(VALUE, BINDING)
    expect(after.keyId).not.toBe(before.keyId)
    expect(createEnvelope([NEW]).open(after, BINDING).equals(VALUE)).toBe(true)
    expect(() => createEnvelope([NEW]).open(before, BINDING)).toThrow(`The key ${before.keyId}`)
    expect(() => turned.open({ ...before, keyId: after.keyId }, BINDING)).toThrow('unable to authenticate')
  })
})
