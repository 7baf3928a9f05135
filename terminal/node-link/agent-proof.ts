import { importJWK, jwtVerify, SignJWT, type JWK } from 'jose'
import { z } from 'zod'
import type { KeyRing } from '../../platform/crypto/key-ring.ts'
import { isUuid, type Uuid } from '../../platform/ids/id.ts'

const TYPE = 'gpuaas-agent-proof+jwt'

/** A node agent as gateways know it: the nodes that it may act for, and the public half of its key. */
export interface KnownAgent {
  readonly id: string
  readonly nodes: ReadonlySet<Uuid>
  readonly key: JWK
}

/** What one link is about: a gateway's nonce makes the answer worthless anywhere else. */
export interface Challenge {
  readonly nonce: string
  readonly gatewayId: string
}

export interface AgentIdentity {
  readonly id: string
  readonly nodes: readonly Uuid[]
  readonly ring: KeyRing
}

/** Answers a gateway's challenge with the agent's Ed25519 key. */
export const proveAgent = async (
  { id, nodes, ring }: AgentIdentity,
  { nonce, gatewayId }: Challenge,
): Promise<string> => {
  const [{ kid, alg, ...jwk }] = ring
  return new SignJWT({ nonce, nodes })
    .setProtectedHeader({ alg, kid, typ: TYPE })
    .setIssuer(id)
    .setAudience(gatewayId)
    .sign(await importJWK(jwk, alg))
}

const claims = z.object({ nonce: z.string(), nodes: z.array(z.string().refine(isUuid)).min(1) })
const issuer = z.object({ iss: z.string() })

/** The agent and the nodes that it acts for on this link; undefined for a proof that shows nothing. */
export const checkAgentProof = async (
  proof: string,
  { nonce, gatewayId }: Challenge,
  known: readonly KnownAgent[],
): Promise<{ readonly id: string; readonly nodes: readonly Uuid[] } | undefined> => {
  try {
    const claimed = issuer.parse(JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString()))
    const agent = known.find(({ id }) => id === claimed.iss)
    if (agent === undefined) return undefined
    // The nonce is this gateway's, of this moment and of this link: it says more than a time of the node's clock.
    const { payload } = await jwtVerify(proof, await importJWK(agent.key, 'EdDSA'), {
      algorithms: ['EdDSA'],
      audience: gatewayId,
      typ: TYPE,
    })
    const told = claims.parse(payload)
    return told.nonce === nonce && told.nodes.every((node) => agent.nodes.has(node))
      ? { id: agent.id, nodes: told.nodes }
      : undefined
  } catch {
    return undefined
  }
}
