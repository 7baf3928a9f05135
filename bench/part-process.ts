import { systemClock } from '../platform/clock/clock.ts'
import { readConfig } from '../platform/config/config.ts'
import { parseKeyRing } from '../platform/crypto/key-ring.ts'
import { placeDatabase } from '../platform/database/place.ts'
import { createLog } from '../platform/log/log.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { openAccess } from '../server/access.ts'
import { openCache } from '../server/stores.ts'

/** What a process that plays one part of the bench is built on: the settings that the bench gave it. */
export const openPart = async () => {
  const config = readConfig()
  const log = createLog({ level: config.logLevel, format: 'json' })
  const clock = systemClock
  const place = await placeDatabase({ config, log, progress: () => undefined })
  const cache = await openCache({ config, clock, log })
  const poolSize = config.databasePoolSize
  const access = await openAccess({ url: place.urlOf('access'), poolSize, cache, clock, ids: systemIds, log })
  return {
    config,
    log,
    clock,
    place,
    cache,
    access,
    signingKeys: await signingKeys(config.internalSigningKey?.reveal()),
  }
}

const signingKeys = (text: string | undefined) => {
  if (text === undefined) throw new Error('The bench gives every part the same INTERNAL_SIGNING_KEY')
  return parseKeyRing('INTERNAL_SIGNING_KEY', text)
}

export const announce = (name: string, url: string): void => {
  process.stdout.write(`${name} ready at ${url}\n`)
}

/** Nothing of a part outlives its process: the bench's database is thrown away. */
export const endOnSignals = (): void => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0))
}
