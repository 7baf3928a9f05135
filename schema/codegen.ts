import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { generate } from '@graphql-codegen/cli'
import { z } from 'zod'
import { subgraphSdl } from './subgraph-sdl.ts'
import { schemaFilesIn } from '../platform/subgraph/schema-files.ts'

/**
 * `subgraphs/<name>/codegen.json`, written by the author of a subgraph. Paths are relative to it and name an export:
 * `./context.ts#ComputeContext`, `./allocation/model.ts#Allocation`.
 */
const codegenSchema = z.strictObject({
  $schema: z.string().optional(),
  /** The type of the resolvers' third argument. */
  contextType: z.string().regex(/#\w+$/),
  /** What resolvers hand on as a type of the graph; a type that is not listed is handed on as its own fields. */
  mappers: z.record(z.string(), z.string().regex(/#\w+$/)).default({}),
  /** The TypeScript values of enums, where they are not their own names. */
  enumValues: z.record(z.string(), z.string()).default({}),
})

const root = join(import.meta.dirname, '..')

/** Connection types as resolvers give them: a total is counted only when it is asked for. */
const countedConnections = (sdl: string, totals: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...sdl.matchAll(/^type (\w+Connection)\b/gm)].map(([, name = '']) => [name, `${totals}#Counted<{T}>`] as const),
  )

const seenFrom = (output: string, folder: string) => (reference: string) =>
  reference.startsWith('.') ? relative(output, join(folder, reference)).replace(/^(?!\.)/, './') : reference

const outputOf = (folder: string, output: string) => {
  const { contextType, mappers, enumValues } = codegenSchema.parse(
    JSON.parse(readFileSync(join(folder, 'codegen.json'), 'utf8')),
  )
  const locate = seenFrom(output, folder)
  const fromRoot = seenFrom(output, root)
  const schema = subgraphSdl(schemaFilesIn(folder))
  return {
    schema,
    plugins: ['typescript', 'typescript-resolvers'],
    config: {
      federation: true,
      contextType: locate(contextType),
      mappers: {
        ...countedConnections(schema, fromRoot('./platform/graphql/total-count.ts')),
        ...Object.fromEntries(Object.entries(mappers).map(([type, reference]) => [type, locate(reference)])),
      },
      // A mapper may have the name of the type that it stands for.
      mapperTypeSuffix: 'Model',
      enumValues: Object.fromEntries(Object.entries(enumValues).map(([type, reference]) => [type, locate(reference)])),
      enumType: 'string-literal',
      enumsAsTypes: true,
      immutableTypes: true,
      useTypeImports: true,
      noSchemaStitching: true,
      optionalResolveType: true,
      showUnusedMappers: false,
      maybeValue: 'T | null | undefined',
      resolverTypeWrapperSignature: 'Promise<T> | T',
      strictScalars: true,
      scalars: {
        // A resolver hands on a parsed id or its text; the host writes the text.
        ID: { input: 'string', output: `string | import('${fromRoot('./platform/ids/id.ts')}').Id` },
        DateTime: 'Date',
        BigInt: 'bigint',
        ByteSize: 'bigint',
        Duration: 'string',
        CurrencyCode: 'string',
        _FieldSet: 'string',
        link__Import: 'string',
      },
    },
  }
}

/** Writes `<output>/<name>.ts` for every subgraph folder that has a `codegen.json`; returns the files. */
export const generateResolverTypes = async (subgraphs: string, output: string): Promise<readonly string[]> => {
  const folders = globSync('*/codegen.json', { cwd: subgraphs }).map((file) => join(subgraphs, dirname(file)))
  const entries = folders.map((folder) => [join(output, `${basename(folder)}.ts`), outputOf(folder, output)] as const)
  if (entries.length > 0) await generate({ silent: true, generates: Object.fromEntries(entries) }, true)
  return entries.map(([file]) => file)
}

if (import.meta.main) {
  const files = await generateResolverTypes(join(root, 'subgraphs'), join(root, 'generated'))
  process.stdout.write(files.map((file) => `${relative(root, file)}\n`).join(''))
}
