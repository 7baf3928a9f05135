import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { forbiddenClaims } from './forbidden-claims.ts'

/**
 * `npm run docs:check`: ends with status 1 when a page, a description of the graph, or a statement of the evidence
 * claims what must not be claimed (R83).
 */
const ROOT = join(import.meta.dirname, '..', '..')

/** Read by people or shown to them. */
const TEXTS = [
  '*.md',
  'docs/**/*.md',
  'docker/**/*.md',
  'bench/**/*.md',
  'schema/*.graphql',
  'subgraphs/*/schema.graphql',
  'subgraphs/*/*/schema.graphql',
  'subgraphs/iam/evidence/*.ts',
  'server/evidence-page.ts',
  'platform/errors/codes/*.ts',
]

/** The one page that names them, to say that they are not claimed. */
const NON_CLAIMS = join('docs', 'non-claims.md')

for await (const file of glob(TEXTS, { cwd: ROOT })) {
  if (file === NON_CLAIMS) continue
  for (const { line, claim, found } of forbiddenClaims(await readFile(join(ROOT, file), 'utf8'))) {
    process.stderr.write(`${file}:${line}: “${found}” claims ${claim}. Say what is shown instead; see ${NON_CLAIMS}\n`)
    process.exitCode = 1
  }
}
