import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { JWK } from 'jose'
import { z } from 'zod'
import type { Config } from '../platform/config/config.ts'
import { loadOrCreateKeyRing } from '../platform/crypto/key-file.ts'
import { parseKeyRing, publicKeys, type KeyRing } from '../platform/crypto/key-ring.ts'
import { catalogued } from '../platform/errors/catalogue.ts'
import { parseId, type Uuid } from '../platform/ids/id.ts'
import type { KnownAgent } from '../terminal/node-link/agent-proof.ts'

export const TERMINAL_JWKS_PATH = '/.well-known/terminal-jwks.json'

/** The agent of the demo's nodes, which is a child of the process that is the whole product. */
export interface OwnAgent {
  readonly id: string
  readonly ring: KeyRing
  readonly nodes: readonly Uuid[]
}

export interface TerminalKeys {
  /** Signs tasks and seals tickets. */
  readonly ring: KeyRing
  readonly agents: readonly KnownAgent[]
  /** Where no agent was named, and one process is the whole product. */
  readonly ownAgent: OwnAgent | undefined
}

const keySchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string().regex(/^[\w-]{43}$/) })
const agentsSchema = z.object({
  agents: z.array(z.object({ id: z.string().min(1).max(100), key: keySchema, nodes: z.array(z.string()).min(1) })),
})

/** The keys of a terminal gateway, and of whom it lets in: given, or made once where one process is the whole product. */
export const openTerminalKeys = async (
  config: Config,
  demoNodes: () => Promise<readonly Uuid[]>,
): Promise<TerminalKeys> => {
  const { terminalSigningKey, nodeAgents, dataDirectory } = config
  const keyFile = (name: string): string => join(dataDirectory, 'terminal', name)
  const ring = terminalSigningKey
    ? await parseKeyRing('TERMINAL_SIGNING_KEY', terminalSigningKey.reveal())
    : await loadOrCreateKeyRing(keyFile('signing-keys.json'), 'EdDSA')
  if (nodeAgents !== undefined) return { ring, agents: readAgents(nodeAgents.reveal()), ownAgent: undefined }
  const ownAgent = {
    id: config.nodeAgentId,
    ring: await loadOrCreateKeyRing(keyFile('node-agent-keys.json'), 'EdDSA'),
    nodes: await demoNodes(),
  }
  return {
    ring,
    agents: [{ id: ownAgent.id, key: publicKeyOf(ownAgent.ring), nodes: new Set(ownAgent.nodes) }],
    ownAgent,
  }
}

const publicKeyOf = (ring: KeyRing): JWK => {
  const [key] = publicKeys(ring).keys
  if (key === undefined) throw new Error('unreachable: a ring is never empty')
  return key
}

const readAgents = (text: string): readonly KnownAgent[] => {
  const parsed = agentsSchema.safeParse(JSON.parse(text)) // the setting was read: it is an object in JSON
  if (!parsed.success) {
    const message =
      'NODE_AGENTS must be {"agents":[{"id":"…","key":{"kty":"OKP","crv":"Ed25519","x":"…"},"nodes":["nod_…"]}]}.'
    throw catalogued('CONFIG_INVALID', {}, { message })
  }
  return parsed.data.agents.map(({ id, key, nodes }) => ({ id, key, nodes: new Set(nodeIds('NODE_AGENTS', nodes)) }))
}

/** The nodes that a setting names by the ids of the graph. Throws `CONFIG_INVALID`, which names the setting. */
export const nodeIds = (variable: string, texts: readonly string[]): readonly Uuid[] =>
  texts.map((text) => {
    const id = parseId('nod', text)
    if (id.ok) return id.value.local
    throw catalogued(
      'CONFIG_INVALID',
      {},
      { message: `${variable} names ${text.slice(0, 60)}, which is no id of a node.` },
    )
  })

/** Publishes the keys by which node agents check tasks. */
export const publishTerminalKeys = (app: FastifyInstance, { ring }: Pick<TerminalKeys, 'ring'>): void => {
  const published = publicKeys(ring)
  app.get(TERMINAL_JWKS_PATH, (_, reply) => reply.header('cache-control', 'public, max-age=300').send(published))
}
