import { path, secretJson, url } from '../kinds.ts'
import { optional } from '../setting.ts'

/** How the audit log is signed, and by which keys its signatures are checked. */
export const AUDIT_SETTINGS = {
  auditSigningKey: optional({
    variable: 'AUDIT_SIGNING_KEY',
    kind: secretJson('a private Ed25519 JSON Web Key, or a set of them of which the first signs'),
    example: '{"kty":"OKP","crv":"Ed25519","kid":"2026-01","x":"…","d":"…"}',
    about:
      'The key by which a worker signs checkpoints of the audit log; a set keeps earlier keys, whose signatures stay valid. Unset: where one process is the whole product it is generated into `DATA_DIR`, else the log is sealed without checkpoints.',
  }),
  auditSigningKeyFile: optional({
    variable: 'AUDIT_SIGNING_KEY_FILE',
    kind: path(),
    example: '/run/secrets/audit-signing-key.json',
    about: 'A file that holds it, instead of `AUDIT_SIGNING_KEY`.',
  }),
  auditJwksUrl: optional({
    variable: 'AUDIT_JWKS_URL',
    kind: url('http', 'https'),
    example: 'http://worker:4000/.well-known/audit-jwks.json',
    about:
      'Where the subgraph iam, in a process of its own, fetches the public keys that check those signatures. Unset: it checks everything but the signatures, and says so.',
  }),
}
