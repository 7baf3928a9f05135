import { composeGraph, type ComposedGraph } from './compose-graph.ts'
import { COMPOSE_HELP, readComposeTask, type ComposeTask } from './compose-options.ts'
import { printFinding, type Finding } from './lint.ts'
import { composeProduct } from './product-graph.ts'
import { readSdlFolder } from './sdl-folder.ts'
import { writeWhole } from './write-whole.ts'
import { err, ok, type Result } from '../platform/result/result.ts'

/** Exit status: nothing but warnings; findings; input that cannot be read. */
const CLEAN = 0
const FOUND = 1
const UNREADABLE = 2

type Outcome = Result<Result<ComposedGraph, readonly Finding[]>, string>

const composeFolder = ({ folder, out, urls }: Extract<ComposeTask, { kind: 'folder' }>): Outcome => {
  const subgraphs = readSdlFolder(folder, out)
  if (!subgraphs.ok) return subgraphs
  const stranger = [...urls.keys()].find((name) => !subgraphs.value.has(name))
  if (stranger !== undefined) return err(`--url names "${stranger}", and ${folder} has no ${stranger}.graphql`)
  const composed = composeGraph(subgraphs.value, 'foreign', urls)
  if (!composed.ok) return ok(composed)
  if (out === undefined) {
    process.stdout.write(composed.value.sdl)
    return ok(composed)
  }
  const written = writeWhole(out, composed.value.sdl)
  return written.ok ? ok(composed) : written
}

const perform = (task: ComposeTask): Outcome | 'helped' => {
  switch (task.kind) {
    case 'help':
      process.stdout.write(COMPOSE_HELP)
      return 'helped'
    case 'folder':
      return composeFolder(task)
    case 'product':
      return ok(composeProduct(task.mode))
  }
}

/** The `compose` command: findings on standard error, the exit status as the result. */
const main = (args: readonly string[]): number => {
  const task = readComposeTask(args)
  const outcome = task.ok ? perform(task.value) : task
  if (outcome === 'helped') return CLEAN
  if (!outcome.ok) {
    process.stderr.write(`compose: ${outcome.error.replaceAll(/\s+/g, ' ')} (see --help)\n`)
    return UNREADABLE
  }
  const findings = outcome.value.ok ? outcome.value.value.warnings : outcome.value.error
  process.stderr.write(findings.map((finding) => `${printFinding(finding)}\n`).join(''))
  return outcome.value.ok ? CLEAN : FOUND
}

process.exitCode = main(process.argv.slice(2))
