import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DocumentNode } from 'graphql'
import { composeGraph, type ComposedGraph } from './compose-graph.ts'
import type { Finding } from './lint.ts'
import { subgraphDocument } from './subgraph-sdl.ts'
import { writeWhole } from './write-whole.ts'
import { schemaFilesIn } from '../platform/subgraph/schema-files.ts'
import { err, ok, type Result } from '../platform/result/result.ts'

/** The subgraphs of a folder: each subfolder that holds schema files, by its name. */
export const subgraphsIn = (folder: string): ReadonlyMap<string, DocumentNode> => {
  const names = new Set(
    globSync(['*/schema.graphql', '*/*/schema.graphql'], { cwd: folder }).map(
      (file) => file.split('/')[0] ?? dirname(file),
    ),
  )
  return new Map(
    [...names].toSorted().map((name) => [basename(name), subgraphDocument(schemaFilesIn(join(folder, name)))]),
  )
}

const FOLDER = join(import.meta.dirname, '..', 'subgraphs')
const SUPERGRAPH = join(import.meta.dirname, 'supergraph.graphql')

const STALE: Finding = {
  coordinate: 'schema',
  rule: 'supergraph-stale',
  message: 'schema/supergraph.graphql is not what the subgraphs compose to: run `npm run compose` and commit it.',
}

/** Composes this product's own graph, and writes the committed supergraph or compares with it. */
export const composeProduct = (mode: 'check' | 'write'): Result<ComposedGraph, readonly Finding[]> => {
  const composed = composeGraph(subgraphsIn(FOLDER), 'product')
  if (!composed.ok) return composed
  const committed = existsSync(SUPERGRAPH) ? readFileSync(SUPERGRAPH, 'utf8') : ''
  if (committed === composed.value.sdl) return composed
  if (mode === 'check') return err([STALE])
  const written = writeWhole(SUPERGRAPH, composed.value.sdl)
  if (!written.ok) throw new Error(written.error)
  return ok(composed.value)
}
