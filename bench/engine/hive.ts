import { execFile } from 'node:child_process'
import { access, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startChild, type Child } from '../child.ts'

export interface HiveOptions {
  readonly planner: 'js' | 'rust'
  readonly supergraph: string
  readonly directory: string
  readonly cpus: string | undefined
}

const BENCH = join(import.meta.dirname, '..')
export const HIVE_FOLDER = join(BENCH, 'node_modules')

/** Each fetch is made for the request that asks, as ours are: sharing those in flight measures the sharing. */
const CONFIG = `export const gatewayConfig = {
  logging: 'error',
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },
}
`

/**
 * Hive Gateway as its command line starts it, without deduplication in flight; or why it cannot be had. Its packages
 * (bench/package.json) are installed when it is first asked for: they are no part of the product.
 */
export const startHive = async (options: HiveOptions): Promise<Child | string> => {
  const problem = await install()
  if (problem !== undefined) return problem
  const config = join(options.directory, 'gateway.config.mjs')
  await writeFile(config, CONFIG)
  try {
    return await startChild({
      program: 'bench/engine/hive-process.ts',
      environment: { NODE_ENV: 'production' },
      addresses: 1,
      args: [options.supergraph, options.planner, config],
      cpus: options.cpus,
    })
  } catch (error) {
    return `it does not start: ${firstLine(error)}`
  }
}

const install = async (): Promise<string | undefined> => {
  const isThere = await access(join(HIVE_FOLDER, '@graphql-hive', 'gateway')).then(
    () => true,
    () => false,
  )
  if (isThere) return undefined
  const npm = ['install', '--prefix', BENCH, '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
  try {
    await promisify(execFile)('npm', npm)
    // Its peer, which it then finds where the project has it: beside a second one our own contenders would take that.
    await rm(join(HIVE_FOLDER, 'graphql'), { recursive: true, force: true })
    return undefined
  } catch (error) {
    return `bench/package.json cannot be installed: ${firstLine(error)}`
  }
}

const firstLine = (error: unknown): string =>
  error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error)
