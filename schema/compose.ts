import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { composeServices } from '@apollo/composition'
import { parse, type DocumentNode } from 'graphql'
import { lintSubgraphs, lintSupergraph, printFinding, type Conventions, type Finding } from './lint.ts'
import { subgraphDocument } from './subgraph-sdl.ts'
import { schemaFilesIn } from '../platform/subgraph/schema-files.ts'
import { err, ok, type Result } from '../platform/result/result.ts'

/** Where a subgraph listens in the compose file; a gateway's settings say where it really is. */
const urlOf = (name: string): string => `http://${name}:4001/graphql`

/** Lints, composes, and lints what came out. The supergraph's SDL, or everything that is wrong. */
export const composeGraph = (
  subgraphs: ReadonlyMap<string, DocumentNode>,
  conventions: Conventions,
): Result<string, readonly Finding[]> => {
  const before = lintSubgraphs(subgraphs, conventions)
  if (before.length > 0) return err(before)
  const composed = composeServices([...subgraphs].map(([name, typeDefs]) => ({ name, url: urlOf(name), typeDefs })))
  if (composed.supergraphSdl === undefined) {
    const faults = composed.errors
    return err(
      faults.map(({ message }) => ({
        coordinate: 'schema',
        rule: 'composition-failed',
        message: message.replaceAll(/\s+/g, ' '),
      })),
    )
  }
  const after = lintSupergraph(parse(composed.supergraphSdl), subgraphs)
  return after.length > 0 ? err(after) : ok(`${composed.supergraphSdl}\n`)
}

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

/** The findings of `compose` (writes) or `compose --check` (compares), and exit code 0 when there are none. */
const main = (task: 'check' | 'write'): readonly Finding[] => {
  const composed = composeGraph(subgraphsIn(FOLDER), 'product')
  if (!composed.ok) return composed.error
  const committed = existsSync(SUPERGRAPH) ? readFileSync(SUPERGRAPH, 'utf8') : ''
  if (committed === composed.value) return []
  if (task === 'check') return [STALE]
  writeFileSync(SUPERGRAPH, composed.value)
  return []
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })
  const findings = main(values.check ? 'check' : 'write')
  for (const finding of findings) console.error(printFinding(finding))
  process.exitCode = findings.length > 0 ? 1 : 0
}
