import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { WebSocket } from 'ws'
import { createKeyRing } from '../../platform/crypto/key-ring.ts'
import { until } from '../../test/testkit/until.ts'
import { proveAgent } from '../node-link/agent-proof.ts'
import { encodeLinkFrame, LINK_PROTOCOL } from '../node-link/link-frames.ts'
import { readGatewayMessage, type GatewayMessage } from '../node-link/link-messages.ts'
import { startStage, type Stage } from '../testkit/stage.ts'
import { ticketSeal } from './ticket-seal.ts'

let stage: Stage
const sockets: WebSocket[] = []
beforeEach(async () => {
  // The stage's own agent does not come back where a test takes its place.
  stage = await startStage({ agent: { backoffMs: { first: 60_000, last: 60_000 } } })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await stage.stop()
})

/** Dials as an agent does, and says nothing by itself. */
const dial = async () => {
  const socket = new WebSocket(`${stage.url}/agent`, LINK_PROTOCOL)
  sockets.push(socket)
  const heard: GatewayMessage[] = []
  socket.on('message', (data: Buffer) => {
    const message = readGatewayMessage(data.toString())
    if (message) heard.push(message)
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await until('the challenge has come', () => heard.length > 0)
  const [challenge] = heard
  if (challenge?.kind !== 'challenge') throw new Error('A gateway begins with a challenge')
  const say = (message: object): void => socket.send(JSON.stringify(message))
  const prove = async (): Promise<void> => {
    const proof = await proveAgent({ id: 'agent', nodes: [stage.node], ring: stage.agentRing }, challenge)
    say({ kind: 'prove', proof })
    await until('it is welcome', () => heard.some(({ kind }) => kind === 'welcome'))
  }
  return { socket, heard, closed, challenge, say, prove }
}

test('an agent that cannot show who it is is let in to nothing, and the real one is not disturbed', async () => {
  const impostor = await dial()
  const ring = await createKeyRing('EdDSA')
  const proof = await proveAgent({ id: 'agent', nodes: [stage.node], ring }, impostor.challenge)
  impostor.say({ kind: 'prove', proof })
  expect(await impostor.closed).toBe(4403)
  const client = await stage.connect(stage.sessions.open().token)
  await client.ready()
})

test('of one address so many may be about to prove themselves; one that has, or is gone, makes room', async () => {
  const first = await dial()
  await Promise.all(Array.from({ length: 31 }, dial))
  const refused = new WebSocket(`${stage.url}/agent`, LINK_PROTOCOL)
  const status = await new Promise((resolve) => {
    refused.once('unexpected-response', (_, { statusCode }) => resolve(statusCode))
  })
  expect(status).toBe(429)
  await first.prove()
  const next = await dial()
  next.socket.terminate()
  await next.closed
  await dial()
})

test('what an agent has of a later attachment takes over from an earlier one that a client has here', async () => {
  const { sessionId, token } = stage.sessions.open()
  const { ticket } = stage.sessions.row(sessionId)
  const client = await stage.connect(token)
  await client.ready()
  const agent = await dial()
  await agent.prove()
  const later = ticketSeal(stage.ring).seal({ ...ticket, generation: 2 })
  agent.say({ kind: 'held', tickets: [later], isLast: true })
  expect(await client.closed).toEqual({ code: 4409, reason: 'TAKEN_OVER' })
  expect(stage.gateway().held()).toBe(1)
})

test('nothing is heard before the proof: neither what is held, nor output, nor an end', async () => {
  const { sessionId, token } = stage.sessions.open()
  const client = await stage.connect(token)
  await client.ready()
  const ticket = ticketSeal(stage.ring).seal(stage.sessions.row(sessionId).ticket)
  for (const misbehave of [
    (socket: WebSocket) => socket.send(JSON.stringify({ kind: 'ended', ticket, reason: 'EXIT' })),
    (socket: WebSocket) => socket.send(JSON.stringify({ kind: 'held', tickets: [ticket], isLast: true })),
    (socket: WebSocket) =>
      socket.send(encodeLinkFrame({ type: 'output', stream: 1, offset: 0, bytes: Buffer.from('x') })),
    (socket: WebSocket) => socket.send('no message'),
  ]) {
    const { socket, closed } = await dial()
    misbehave(socket)
    await closed
  }
  client.type('echo still-$((40+2))\n')
  await until('the session is served', () => client.text().includes('still-42'))
})

test('a ticket as another release writes them is none, and ends nothing', async () => {
  const { ticket } = stage.sessions.row(stage.sessions.open().sessionId)
  const seal = ticketSeal(stage.ring)
  expect(seal.open(seal.seal({ ...ticket, idleMs: 0.5 }))).toBeUndefined()
})

test('a ticket is closed to nodes, comes back whole, and nobody else’s is believed', async () => {
  const { ticket } = stage.sessions.row(stage.sessions.open().sessionId)
  const seal = ticketSeal(stage.ring)
  const sealed = seal.seal(ticket)
  expect(seal.open(sealed)).toEqual(ticket)
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain(ticket.sessionId)
  const bytes = Buffer.from(sealed, 'base64url')
  for (const at of [0, 20, bytes.length - 1]) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(seal.open(changed.toString('base64url'))).toBeUndefined()
  }
  expect(seal.open('')).toBeUndefined()
  expect(ticketSeal(await createKeyRing('EdDSA')).open(sealed)).toBeUndefined()
})
