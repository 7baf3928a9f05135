import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'graphql'
import { FEDERATION, foundInSupergraph } from './testkit/scope-graph.ts'

const SHOP = `
  extend schema ${FEDERATION}
    @link(url: "https://specs.gpuaas.dev/scope/v1.0", import: ["@projectScoped", "@public"])
    @composeDirective(name: "@projectScoped") @composeDirective(name: "@public")
  enum Capability { ORDER_READ }
  type Query {
    order(id: ID!): Order @projectScoped(capability: ORDER_READ, project: "id")
    prices: [Int] @public(reason: "prices are for everyone")
  }
  type Order @key(fields: "id") @projectScoped(capability: ORDER_READ) { id: ID! total: Int }
`
const STOCK = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Order @key(fields: "id", resolvable: false) { id: ID! }
  type Line { count: Int }
`

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compose-'))
  await writeFile(join(folder, 'shop.graphql'), SHOP)
  await writeFile(join(folder, 'stock.graphql'), STOCK)
})

afterEach(() => rm(folder, { recursive: true }))

/** The command as `npm run --silent compose -- …` runs it. */
const compose = (...args: string[]) =>
  new Promise<{ status: number | null; out: string; errors: readonly string[] }>((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'compose.ts'), ...args], {
      env: { ...process.env, NODE_OPTIONS: '' },
    })
    let out = ''
    let errors = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.on('error', reject)
    child.on('close', (status) => {
      resolve({ status, out, errors: errors.split('\n').filter((line) => line !== '') })
    })
  })

describe('npm run compose -- --subgraphs', () => {
  test('prints the supergraph of any domain, with the addresses that were given', async () => {
    const { status, out, errors } = await compose('--subgraphs', folder, '--url', 'stock=http://127.0.0.1:7/q')
    expect({ status, errors }).toEqual({ status: 0, errors: [] })
    expect(foundInSupergraph(out)).toEqual([])
    expect(parse(out).definitions.length).toBeGreaterThan(5)
    expect(out).toContain('@join__graph(name: "shop", url: "http://shop:4001/graphql")')
    expect(out).toContain('@join__graph(name: "stock", url: "http://127.0.0.1:7/q")')
    expect(out).toContain('total: Int')
  })

  test('writes it whole to a file, which a next run does not take for a subgraph', async () => {
    const file = join(folder, 'supergraph.graphql')
    const first = await compose('--subgraphs', folder, '--out', file)
    expect(first).toEqual({ status: 0, out: '', errors: [] })
    const written = await readFile(file, 'utf8')
    expect(written).toContain('type Order')
    expect(await compose('--subgraphs', folder, '--out', file)).toEqual(first)
    expect(await readFile(file, 'utf8')).toBe(written)
    expect((await readdir(folder)).toSorted()).toEqual(['shop.graphql', 'stock.graphql', 'supergraph.graphql'])
  })

  test('R10: a field without a scope rule is one line that names it, and nothing is written', async () => {
    await writeFile(
      join(folder, 'shop.graphql'),
      SHOP.replace('prices: [Int] @public(reason: "prices are for everyone")', 'prices: [Int]'),
    )
    const file = join(folder, 'out.graphql')
    const { status, out, errors } = await compose('--subgraphs', folder, '--out', file)
    expect(status).toBe(1)
    expect(out).toBe('')
    expect(errors.map((line) => line.split('\t'))).toEqual([
      ['Query.prices', 'scope-rule-missing', expect.stringContaining('add one of')],
    ])
    expect(await readdir(folder)).not.toContain('out.graphql')
  })

  test('R10: a field on a project-owned type that no rule of a project covers is refused', async () => {
    const added = 'type Note { id: ID! text: String } extend type Order { notes: [Note] }'
    await writeFile(join(folder, 'shop.graphql'), SHOP + added)
    const { status, errors } = await compose('--subgraphs', folder)
    expect(status).toBe(1)
    expect(errors.map((line) => line.split('\t').slice(0, 2))).toEqual([['Note', 'scope-rule-missing']])
  })

  test('says that a graph does not compose, in lines of the same form', async () => {
    await writeFile(join(folder, 'stock.graphql'), STOCK.replace('count: Int', 'count: Nothing'))
    const { status, errors } = await compose('--subgraphs', folder)
    expect(status).toBe(1)
    expect(errors).toEqual([expect.stringMatching(/^\S+\tcomposition-failed\t[^\t]*Nothing[^\t]*$/)])
  })

  test('lets a warning pass', async () => {
    const twins = 'extend type Order { a: String @inaccessible @projectScoped(capability: ORDER_READ) b: String }'
    await writeFile(join(folder, 'shop.graphql'), SHOP + twins)
    const { status, out, errors } = await compose('--subgraphs', folder)
    expect(status).toBe(0)
    expect(errors).toEqual([expect.stringMatching(/^Order\.a\tinaccessible-twin\twarning: /)])
    expect(out).toContain('type Order')
  })
})

describe('what cannot be read ends with status 2 and one line', () => {
  const refused = async (...args: string[]) => {
    const { status, out, errors } = await compose(...args)
    expect({ status, out, lines: errors.length }).toEqual({ status: 2, out: '', lines: 1 })
    return errors[0]
  }

  test('a folder that is not there, or holds no subgraph', async () => {
    expect(await refused('--subgraphs', join(folder, 'nowhere'))).toContain('nowhere')
    await mkdir(join(folder, 'empty'))
    expect(await refused('--subgraphs', join(folder, 'empty'))).toContain('holds no NAME.graphql')
  })

  test.each([
    ['that is not SDL', 'type Query {', /broken\.graphql.*line 1, column 13.*Syntax Error/],
    ['that is empty', '', /broken\.graphql.*Syntax Error/],
    ['that is not text', Buffer.from([0x74, 0xff, 0xfe]), /broken\.graphql/],
  ])('a file %s', async (_, content, said) => {
    await writeFile(join(folder, 'broken.graphql'), content)
    expect(await refused('--subgraphs', folder)).toMatch(said)
  })

  test('flags that make no sense', async () => {
    expect(await refused('--subgraph', folder)).toContain("Unknown option '--subgraph'")
    expect(await refused('--subgraphs')).toContain('--subgraphs')
    expect(await refused('--out', 'x.graphql')).toContain('go with --subgraphs')
    expect(await refused('--subgraphs', folder, '--check')).toContain('--check')
    expect(await refused('--subgraphs', folder, '--url', 'shop')).toContain('NAME=URL')
    expect(await refused('--subgraphs', folder, '--url', 'shoop=http://x')).toContain('shoop')
    expect(await refused('--subgraphs', folder, '--out', join(folder, 'no', 'out.graphql'))).toContain(
      'cannot be written',
    )
  })
})
