/** Which claims of the identity provider show a second factor. */
export interface AssurancePolicy {
  /** Values of `acr` that stand for a sign-in with a second factor. */
  readonly multiFactorAcr: readonly string[]
}

export const DEFAULT_ASSURANCE: AssurancePolicy = {
  multiFactorAcr: ['urn:gpuaas:acr:mfa'],
}

// RFC 8176: what one knows, and what one has or is.
const KNOWLEDGE = new Set(['pwd', 'pin', 'kba'])
const POSSESSION_OR_INHERENCE = new Set([
  'otp',
  'hwk',
  'swk',
  'sms',
  'sc',
  'tel',
  'fpt',
  'face',
  'iris',
  'retina',
  'vbm',
])

/**
 * `multi` when `acr` is one of the configured levels, when `amr` says `mfa`, or when it names methods of two kinds.
 * Claims of another shape show nothing.
 */
export const assuranceOf = (
  claims: { readonly acr?: unknown; readonly amr?: unknown },
  policy: AssurancePolicy,
): 'single' | 'multi' => {
  if (typeof claims.acr === 'string' && policy.multiFactorAcr.includes(claims.acr)) return 'multi'
  const methods: readonly unknown[] = Array.isArray(claims.amr) ? claims.amr : []
  const shows = (kind: ReadonlySet<string>) => methods.some((method) => typeof method === 'string' && kind.has(method))
  return methods.includes('mfa') || (shows(KNOWLEDGE) && shows(POSSESSION_OR_INHERENCE)) ? 'multi' : 'single'
}
