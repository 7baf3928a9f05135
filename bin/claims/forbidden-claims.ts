/** What the product must not be said to be or have, with how such a claim reads (docs/non-claims.md, R83). */
export interface ForbiddenClaim {
  readonly claim: string
  readonly pattern: RegExp
}

const FORBIDDEN: readonly ForbiddenClaim[] = [
  { claim: 'FedRAMP authorization or readiness', pattern: /\bfed[- ]?ramp\b/i },
  {
    claim: 'PCI DSS readiness or segmentation',
    pattern: /\bpci[- ](?:dss|cde|compliant)\b|\bpci\b(?=.{0,20}\bcompli)/i,
  },
  { claim: 'HIPAA or ePHI readiness', pattern: /\bhipaa\b|\be-?phi\b/i },
  { claim: 'SOC 2 or ISO 27001 certification', pattern: /\bsoc[- ]?2\b|\biso(?:\/iec)?[- ]?27001\b/i },
  { claim: 'a FIPS-validated cryptographic boundary', pattern: /\bfips\b/i },
  { claim: 'key custody backed by an HSM', pattern: /\bhsm\b/i },
  {
    claim: 'WORM storage or audit that cannot be tampered with',
    pattern: /\bWORM\b|\b[Tt]amper[- ]?[Pp]roof\b|\bTAMPER[- ]?PROOF\b/,
  },
  {
    claim: 'audit or isolation that cannot be changed or broken',
    pattern: /\b(?:unhackable|unbreakable|unforgeable|immutable audit)\b/i,
  },
  { claim: 'attestation of nodes rooted in hardware', pattern: /\bhardware[- ]rooted\b/i },
  {
    claim: 'row-level security as the primary or only boundary',
    pattern:
      /\b(?:rls|row-level security)\b.{0,40}\b(?:primary|only|sole|single)\b.{0,20}\b(?:boundary|isolation|barrier|layer)\b|\brls[- ]only\b/i,
  },
  { claim: 'isolation of regulated workloads', pattern: /\bregulated[- ]workload isolation\b/i },
]

export interface ClaimFinding {
  /** From 1. */
  readonly line: number
  readonly claim: string
  /** As it stands in the text. */
  readonly found: string
}

/** Where a text claims what must not be claimed. A denial counts as well: what is not claimed stands on its own page. */
export const forbiddenClaims = (text: string): readonly ClaimFinding[] =>
  text.split('\n').flatMap((line, index) =>
    FORBIDDEN.flatMap(({ claim, pattern }) => {
      const found = pattern.exec(line)?.[0]
      return found === undefined ? [] : [{ line: index + 1, claim, found }]
    }),
  )
