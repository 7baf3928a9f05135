import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { importJWK, SignJWT } from 'jose'
import { createKeyRing, publicKeys, type KeyRing } from '../../platform/crypto/key-ring.ts'
import { localKeySet } from '../../platform/crypto/key-set.ts'
import { systemIds } from '../../platform/ids/generator.ts'
import { manualClock } from '../../test/testkit/manual-clock.ts'
import { checkAgentProof, proveAgent } from './agent-proof.ts'
import { decodeLinkFrame, encodeLinkFrame, type LinkFrame } from './link-frames.ts'
import { readAgentMessage, readGatewayMessage } from './link-messages.ts'
import { taskGate, taskSigner, type Task } from './task.ts'

const node = systemIds.next()
const close: Task = { type: 'closeTerminal', sessionId: systemIds.next(), generation: 1, reason: 'REVOKED' }

describe('a task', () => {
  const arrange = async () => {
    const clock = manualClock()
    const ring = await createKeyRing('EdDSA')
    const check = taskGate({ keys: localKeySet(() => publicKeys(ring)), nodes: [node], clock })
    return { clock, ring, check, sign: await taskSigner(ring, clock) }
  }
  /** As a gateway would sign it, but for what is changed. */
  const forge = async (ring: KeyRing, clock: { now: () => Date }, claims: object, header: object = {}) => {
    const [{ kid, alg, ...jwk }] = ring
    const now = Math.floor(clock.now().getTime() / 1000)
    return new SignJWT({
      iss: 'gpuaas-terminal-gateway',
      aud: node,
      jti: crypto.randomUUID(),
      iat: now,
      exp: now + 30,
      task: close,
      ...claims,
    })
      .setProtectedHeader({ alg, kid, typ: 'gpuaas-task+jwt', ...header })
      .sign(await importJWK(jwk, alg))
  }
  const refused = { ok: false, code: 'TASK_INVALID' }

  test('that a gateway signed for this node is done, once', async () => {
    const { check, sign } = await arrange()
    const token = await sign(close, node)
    expect(await check(token)).toEqual({ ok: true, task: close, node })
    expect(await check(token)).toEqual({ ok: false, code: 'TASK_REPLAYED' })
    expect(await check(await sign(close, node))).toMatchObject({ ok: true })
  })

  test('is refused where it is late, from the future, tampered with, signed by another, or for another node', async () => {
    const { clock, check, sign, ring } = await arrange()
    const late = await sign(close, node)
    const [head = '', body = '', signature = ''] = (await sign(close, node)).split('.')
    const changed = Buffer.from(Buffer.from(body, 'base64url').toString().replace('REVOKED', 'EXIT')).toString(
      'base64url',
    )
    const stranger = await taskSigner(await createKeyRing('EdDSA'), clock)
    for (const token of [
      `${head}.${changed}.${signature}`,
      `${head}.${body}.`,
      await stranger(close, node),
      await sign(close, systemIds.next()),
      await forge(ring, clock, {}, { typ: 'JWT' }),
      await forge(ring, clock, { iss: 'gpuaas-gateway' }),
      await forge(ring, clock, { exp: Math.floor(clock.now().getTime() / 1000) + 3600 }),
      await forge(ring, clock, { jti: undefined }),
      '',
      'a.b.c',
    ]) {
      expect([token, await check(token)]).toEqual([token, refused])
    }
    expect(await check(await forge(ring, clock, {}))).toMatchObject({ ok: true })
    clock.advance(40)
    expect(await check(late)).toEqual(refused)
    clock.advance(-300)
    expect(await check(await (await taskSigner(ring, manualClock()))(close, node))).toEqual(refused)
  })

  test('of a kind that is not in the catalogue, or with more in it than belongs, is refused', async () => {
    const { clock, check, ring } = await arrange()
    const open = {
      type: 'openTerminal',
      sessionId: systemIds.next(),
      generation: 1,
      target: { kind: 'ALLOCATION', allocationId: systemIds.next() },
      stream: 1,
      size: { columns: 80, rows: 24 },
      offset: 0,
      isRecorded: false,
      endsAt: 0,
      idleMs: 0,
      ticket: 'sealed',
    }
    expect(await check(await forge(ring, clock, { task: open }))).toMatchObject({ ok: true })
    for (const task of [
      { type: 'runCommand', command: 'id' },
      { ...open, command: 'id' },
      { ...open, target: { kind: 'HOST' } },
      { ...open, target: { ...open.target, command: 'id' } },
      { ...open, size: { columns: 100_000, rows: 24 } },
      { ...close, reason: 'BECAUSE' },
      undefined,
    ]) {
      expect([task, await check(await forge(ring, clock, { task }))]).toEqual([task, refused])
    }
  })
})

describe('a node agent', () => {
  const challenge = { nonce: 'a-nonce-of-one-gateway', gatewayId: 'gateway-1' }
  const arrange = async () => {
    const ring = await createKeyRing('EdDSA')
    const [key = {}] = publicKeys(ring).keys
    return { identity: { id: 'rack-7', nodes: [node], ring }, known: [{ id: 'rack-7', nodes: new Set([node]), key }] }
  }

  test('is who it shows to be, for the nodes that it may act for', async () => {
    const { identity, known } = await arrange()
    const proof = await proveAgent(identity, challenge)
    expect(await checkAgentProof(proof, challenge, known)).toEqual({ id: 'rack-7', nodes: [node] })
  })

  test('is nobody with another key, name, node, gateway or nonce, or with no proof at all', async () => {
    const { identity, known } = await arrange()
    const other = { ...identity, ring: await createKeyRing('EdDSA') }
    const proofs = await Promise.all([
      proveAgent(other, challenge),
      proveAgent({ ...identity, id: 'rack-8' }, challenge),
      proveAgent({ ...identity, nodes: [node, systemIds.next()] }, challenge),
      proveAgent({ ...identity, nodes: [] }, challenge),
      proveAgent(identity, { ...challenge, gatewayId: 'gateway-2' }),
      proveAgent(identity, { ...challenge, nonce: 'a-nonce-of-another-link' }),
    ])
    for (const proof of [...proofs, '', 'a.b.c', `${Buffer.from('{}').toString('base64url')}.e30.`])
      expect(await checkAgentProof(proof, challenge, known)).toBeUndefined()
    expect(await checkAgentProof(await proveAgent(identity, challenge), challenge, [])).toBeUndefined()
  })
})

describe('what is said on a link', () => {
  const offset = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
  const stream = fc.integer({ min: 0, max: 0xffff_ffff })
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 200 })
  const side = fc.integer({ min: 1, max: 1000 })
  const frames: fc.Arbitrary<LinkFrame> = fc.oneof(
    fc.record({ type: fc.constant('output' as const), stream, offset, bytes }),
    fc.record({ type: fc.constant('input' as const), stream, bytes }),
    fc.record({ type: fc.constant('ack' as const), stream, offset }),
    fc.record({ type: fc.constant('input-ack' as const), stream, offset }),
    fc.record({ type: fc.constant('resize' as const), stream, size: fc.record({ columns: side, rows: side }) }),
  )

  test('frames come back as they were, and noise is a frame exactly or none', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(decodeLinkFrame(encodeLinkFrame(frame))).toEqual(frame)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => {
        const read = decodeLinkFrame(noise)
        if (read !== undefined) expect(Buffer.from(encodeLinkFrame(read))).toEqual(Buffer.from(noise))
      }),
      { numRuns: 2000 },
    )
  })

  test('messages that are none are undefined, never a fault', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(readAgentMessage(text)).toBeUndefined()
        expect(readGatewayMessage(text)).toBeUndefined()
      }),
      { numRuns: 500 },
    )
    expect(readAgentMessage('{"kind":"welcome"}')).toBeUndefined()
    expect(readGatewayMessage('{"kind":"welcome"}')).toEqual({ kind: 'welcome' })
  })
})
