import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { bindMigrationAwareSqlAdapterFactory, type ErrorRegistry } from '@prisma/driver-adapter-utils'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { scriptAdapterFactory } from './script-adapter.ts'

export type SchemaEngine = bindings.SchemaEngine

/** Files of Prisma's datamodel, by path. */
export type Datamodel = readonly {
  readonly path: string
  readonly content: string
}[]

/** The part of the WebAssembly interface that is used; TypeScript knows it as the browser's alone. */
declare const WebAssembly: {
  readonly compile: (bytes: Uint8Array) => Promise<object>
  readonly instantiate: (
    module: object,
    imports: object,
  ) => Promise<{ readonly exports: Readonly<Record<string, unknown>> }>
}

let loading: Promise<void> | undefined

const TIMER = '__wbg_setTimeout_'

/** What the engine imports. Its time limit for the migration lock is never cleared, and would keep a program waiting. */
const imports = (): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(bindings).map(([name, value]: [string, unknown]) => [
      name,
      name.startsWith(TIMER) ? (callback: () => void, ms: number) => setTimeout(callback, ms).unref() : value,
    ]),
  )

/** Prisma's schema engine as WebAssembly: needs no binary for the machine and nothing from the network. */
const load = async (): Promise<void> => {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  const module = await WebAssembly.compile(await readFile(script.replace(/\.js$/, '.wasm')))
  const { exports } = await WebAssembly.instantiate(module, {
    './schema_engine_bg.js': imports(),
  })
  // The generated types leave out the set-up function, which the generated code exports.
  const { __wbg_set_wasm: connect } = bindings as unknown as {
    __wbg_set_wasm: (wasm: object) => void
  }
  connect(exports)
  // The engine reports a panic here before it stops with "unreachable".
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message: (message: string) => (panic = message),
    },
  })
  const start = exports['__wbindgen_start'] as () => void // as wasm-bindgen names what must run once
  start()
}

let panic: string | undefined

/** The engine names an error of the adapter by number; this is what the database said. */
const original = (error: unknown, registry: ErrorRegistry): unknown => {
  if (panic !== undefined)
    return new Error(`Prisma's schema engine stopped: ${panic}`, {
      cause: error,
    })
  const id = error instanceof Error ? /External error id#(\d+)/.exec(error.message)?.[1] : undefined
  const record = id === undefined ? undefined : registry.consumeError(Number(id))
  if (!(error instanceof Error) || !(record?.error instanceof Error)) return error
  const migration = /migration_name="([^"]+)"/.exec(error.message)?.[1]
  return new Error(`${migration === undefined ? '' : `${migration}: `}${record.error.message}`, { cause: record.error })
}

/** Runs `work` with an engine connected to `url`; closes its connections whatever happens. */
export const withSchemaEngine = async <T>(
  url: string,
  datamodel: Datamodel,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> => {
  await (loading ??= load())
  const opened: { dispose: () => Promise<void> }[] = []
  const scripts = scriptAdapterFactory(url)
  const factory = bindMigrationAwareSqlAdapterFactory({
    ...scripts,
    connect: async () => {
      const adapter = await scripts.connect()
      opened.push(adapter)
      return adapter
    },
  })
  try {
    const datamodels = datamodel.map(({ path, content }): [string, string] => [path, content])
    const engine = await bindings.SchemaEngine.new({ datamodels }, () => undefined, factory)
    try {
      return await work(engine)
    } finally {
      engine.free()
    }
  } catch (error) {
    throw original(error, factory.errorRegistry)
  } finally {
    for (const adapter of opened) await adapter.dispose()
  }
}
