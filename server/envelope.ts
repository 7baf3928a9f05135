import type { Config } from '../platform/config/config.ts'
import { isEmbedded } from '../platform/config/roles.ts'
import { openSecrets } from '../platform/config/secrets.ts'
import { createEnvelope, type Envelope } from '../platform/crypto/envelope.ts'

/** Under `SECRETS_KEY`; made and kept only where one process is the whole product, undefined in its other parts. */
export const openEnvelope = async (config: Config): Promise<Envelope | undefined> => {
  if (config.secretsKey !== undefined) {
    const [first, ...others] = config.secretsKey
    return createEnvelope([first.reveal(), ...others.map((key) => key.reveal())])
  }
  if (!isEmbedded(config.roles)) return undefined
  return createEnvelope([(await openSecrets(config.dataDirectory, ['secretsKey'])).secretsKey])
}
