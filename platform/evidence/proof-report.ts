import { z } from 'zod'

/** The proofs of the authorization, by the name of their command: `npm run prove:<name>`. */
export const PROOFS = ['matrix', 'reachability', 'guards', 'layers', 'sameness'] as const

export type ProofName = (typeof PROOFS)[number]

/** What a proof leaves in `reports/<name>.json`; whatever else it writes there is for people. */
export const proofReportSchema = z.object({
  proof: z.enum(PROOFS),
  result: z.enum(['PASSED', 'FAILED']),
  /** When it ended, RFC 3339 UTC. */
  finishedAt: z.iso.datetime(),
  /** SHA-256 of the supergraph that was proven, in hexadecimal. */
  graph: z.string().regex(/^[0-9a-f]{64}$/),
  /** One line: how much was tried, and with what outcome. */
  summary: z.string().min(1).max(500),
})

export type ProofReport = z.infer<typeof proofReportSchema>
