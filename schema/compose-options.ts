import { parseArgs } from 'node:util'
import { err, ok, type Result } from '../platform/result/result.ts'

export const COMPOSE_HELP = `npm run --silent compose                                  writes schema/supergraph.graphql of this product's subgraphs
npm run --silent compose:check                            says whether that file is current
npm run --silent compose -- --subgraphs FOLDER [options]  lints and composes any graph

  --subgraphs FOLDER   each NAME.graphql in it is the subgraph NAME
  --out FILE           writes the supergraph there when nothing is wrong; without it, prints it
  --url NAME=URL       where the subgraph NAME listens (http://NAME:4001/graphql otherwise); once for each
  --help               this text

Findings stand on standard error, one a line: coordinate, rule id and message with tabs between. The rules are in
docs/guides/lint.md. Exit status 0: nothing but warnings; 1: findings, nothing is written; 2: unreadable input.
`

/** What was asked for on the command line. */
export type ComposeTask =
  | { readonly kind: 'help' }
  | { readonly kind: 'product'; readonly mode: 'check' | 'write' }
  | {
      readonly kind: 'folder'
      readonly folder: string
      readonly out: string | undefined
      /** By subgraph. */
      readonly urls: ReadonlyMap<string, string>
    }

const readUrls = (pairs: readonly string[]): Result<ReadonlyMap<string, string>, string> => {
  const urls = new Map<string, string>()
  for (const pair of pairs) {
    const [, name = '', url = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? []
    const { protocol } = URL.parse(url) ?? {}
    if (protocol !== 'http:' && protocol !== 'https:')
      return err(`--url wants NAME=URL, such as orders=http://localhost:4001/graphql, not "${pair}"`)
    if (urls.has(name)) return err(`--url names "${name}" twice`)
    urls.set(name, url)
  }
  return ok(urls)
}

const parseFlags = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    options: {
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      subgraphs: { type: 'string', multiple: true, default: [] },
      out: { type: 'string', multiple: true, default: [] },
      url: { type: 'string', multiple: true, default: [] },
    },
  }).values

const flagsOf = (args: readonly string[]): Result<ReturnType<typeof parseFlags>, string> => {
  try {
    return ok(parseFlags(args))
  } catch (error) {
    return err(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
}

/** Reads the command line, or says in one line what is wrong with it. */
export const readComposeTask = (args: readonly string[]): Result<ComposeTask, string> => {
  const parsed = flagsOf(args)
  if (!parsed.ok) return parsed
  const { check, help, subgraphs, out, url } = parsed.value
  if (help) return ok({ kind: 'help' })
  if (subgraphs.length > 1 || out.length > 1) return err('--subgraphs and --out can be given once')
  const [folder] = subgraphs
  if (folder === undefined) {
    if (out.length > 0 || url.length > 0) return err('--out and --url go with --subgraphs FOLDER')
    return ok({ kind: 'product', mode: check ? 'check' : 'write' })
  }
  if (check) return err('--check is about this product’s own graph and does not go with --subgraphs')
  if (folder === '' || out.includes('')) return err('--subgraphs and --out want a path')
  const urls = readUrls(url)
  return urls.ok ? ok({ kind: 'folder', folder, out: out[0], urls: urls.value }) : urls
}
