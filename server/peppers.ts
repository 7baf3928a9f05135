import type { Config } from '../platform/config/config.ts'
import { isEmbedded } from '../platform/config/roles.ts'
import { openSecrets } from '../platform/config/secrets.ts'
import { createPeppers, type Peppers } from '../platform/crypto/peppers.ts'

/** Those of `API_KEY_PEPPER`; made and kept only where one process is the whole product, undefined in its other parts. */
export const openPeppers = async (config: Config): Promise<Peppers | undefined> => {
  if (config.apiKeyPepper !== undefined) {
    const [first, ...others] = config.apiKeyPepper
    return createPeppers([first.reveal(), ...others.map((pepper) => pepper.reveal())])
  }
  if (!isEmbedded(config.roles)) return undefined
  return createPeppers([(await openSecrets(config.dataDirectory, ['apiKeyPepper'])).apiKeyPepper])
}
