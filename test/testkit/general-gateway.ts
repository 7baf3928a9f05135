import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGeneralGateway } from '../../gateway/general-gateway.ts'
import { systemClock } from '../../platform/clock/clock.ts'
import { readConfig } from '../../platform/config/config.ts'
import { silentLog, type Log } from '../../platform/log/log.ts'
import { createMetrics } from '../../platform/metrics/metrics.ts'
import { readAnswer, type Asked } from './gateway.ts'

/** The gateway of `SUPERGRAPH_FILE` on a free port, over a file that a test can replace. */
export interface GeneralGateway {
  readonly ask: (query: string, variables?: Readonly<Record<string, unknown>>, operationName?: string) => Promise<Asked>
  /** Puts another supergraph in place of the present one, as a whole. */
  readonly put: (sdl: string) => Promise<void>
  readonly stop: () => Promise<void>
}

export interface GeneralGatewayOptions {
  /** Settings besides the file. */
  readonly settings?: Readonly<Record<string, string>>
  readonly log?: Log
}

export const startGeneralGateway = async (
  sdl: string,
  { settings = {}, log = silentLog }: GeneralGatewayOptions = {},
): Promise<GeneralGateway> => {
  const folder = await mkdtemp(join(tmpdir(), 'general-gateway-'))
  const file = join(folder, 'supergraph.graphql')
  const put = async (text: string): Promise<void> => {
    await writeFile(join(folder, 'next.graphql'), text)
    await rename(join(folder, 'next.graphql'), file)
  }
  await put(sdl)
  const gateway = await createGeneralGateway({
    config: readConfig({ ...settings, SUPERGRAPH_FILE: file }, ['supergraphFile']),
    clock: systemClock,
    log,
    metrics: createMetrics(),
  })
  const { url } = await gateway.listen(0, '127.0.0.1')
  return {
    put,
    ask: async (query, variables, operationName) =>
      readAnswer(
        await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables, operationName }),
        }),
      ),
    stop: async () => {
      await gateway.stop(0)
      await rm(folder, { recursive: true })
    },
  }
}
