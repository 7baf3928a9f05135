import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { FORBIDDEN } from '../../platform/config/forbidden.ts'
import { startEmbedded, tokens, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { addressOf, ask, runProgram } from '../testkit/product.ts'
import { runDirectory } from '../testkit/run-directory.ts'
import { VISION } from './demo-ids.ts'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(runDirectory(), 'start-'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

const OWNER = 'owner@northwind.example'

const projectNames = async (url: string, token: string): Promise<unknown> => {
  const { data, errors } = await ask(url, '{ viewer { projects { edges { node { name } } } } }', { token })
  expect(errors).toEqual([])
  return data
}

const token = (email: string, dataDirectory: string) =>
  spawnSync(process.execPath, [join(import.meta.dirname, '../../identity/token.ts'), email], {
    env: { ...process.env, DATA_DIR: dataDirectory },
    encoding: 'utf8',
  })

const BUCKETS = 'query ($id: ID!) { project(id: $id) { buckets { edges { node { name } } } } }'

const makeBucket = async (product: EmbeddedProduct, name: string): Promise<string | undefined> => {
  const { data } = await ask<{ createBucket: { bucket: { id: string; name: string } } }>(
    product.urls[0],
    `mutation ($id: ID!, $name: String!) {
       createBucket(input: { projectId: $id, name: $name }) { bucket { id name } userErrors { code } } }`,
    { token: await product.tokenOf(OWNER), variables: { id: VISION, name } },
  )
  expect(data).toMatchObject({ createBucket: { bucket: { name } } })
  return data?.createBucket.bucket.id
}

describe('a data directory, from its first start to its reset', () => {
  let before: unknown
  let running: EmbeddedProduct

  test('Ctrl-C stops everything', async () => {
    const first = await startEmbedded({}, directory)
    before = await projectNames(first.urls[0], await first.tokenOf(OWNER))
    await makeBucket(first, 'kept')
    first.program.child.kill('SIGINT')
    expect(await first.program.exited).toBe(0)
    await expect(readFile(join(directory, 'server.json'))).rejects.toThrow('ENOENT')
    await expect(fetch(`${first.urls[0]}/health/live`)).rejects.toThrow()
  }, 180_000)

  test('the next start goes on with the same data', async () => {
    running = await startEmbedded({}, directory)
    const kept = await ask(running.urls[0], BUCKETS, {
      token: await running.tokenOf(OWNER),
      variables: { id: VISION },
    })
    expect(JSON.stringify(kept.data)).toContain('"kept"')
  }, 120_000)

  test('a second server on the same data directory is refused, naming the first', async () => {
    const second = runProgram('server/main.ts', { PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: directory })
    expect(await second.exited).toBe(1)
    expect(second.output()).toMatch(/DATA_DIRECTORY_BUSY/)
    expect(second.output()).toContain(String(running.program.child.pid))
  }, 120_000)

  test('the token command prints the token and nothing else, and says what is wrong when it cannot', async () => {
    const good = token(OWNER, directory)
    expect(good.stdout.trim()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    const { errors } = await ask(running.urls[0], '{ viewer { email } }', { token: good.stdout.trim() })
    expect(errors).toEqual([])
    const unknown = token('nobody@northwind.example', directory)
    expect([unknown.status, unknown.stdout]).toEqual([1, ''])
    expect(unknown.stderr).toContain(OWNER)
    const elsewhere = await mkdtemp(join(tmpdir(), 'gpuaas-empty-'))
    await writeFile(join(elsewhere, 'keep'), '')
    const absent = token(OWNER, elsewhere)
    expect([absent.status, absent.stdout]).toEqual([1, ''])
    expect(absent.stderr).toMatch(/npm start/)
    await rm(elsewhere, { recursive: true })
  }, 120_000)

  test('after kill -9 the next start recovers: the database is taken over and nothing that was answered is lost', async () => {
    const id = await makeBucket(running, 'survivor')
    running.program.child.kill('SIGKILL')
    await running.program.exited

    const next = await startEmbedded({}, directory)
    try {
      const found = await ask(next.urls[0], 'query ($id: ID!) { bucket(id: $id) { name } }', {
        token: await next.tokenOf(OWNER),
        variables: { id },
      })
      expect(found.data).toEqual({ bucket: { name: 'survivor' } })
    } finally {
      await next.stop()
    }
  }, 120_000)

  test('a port that is taken is named, with what to do, and everything that had started is stopped', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const address = holder.address()
    const port = typeof address === 'object' && address ? address.port : 0
    try {
      const program = runProgram('server/main.ts', { PORT: String(port), LOG_LEVEL: 'warn', DATA_DIR: directory })
      expect(await program.exited).toBe(1)
      expect(program.output()).toMatch(/PORT_TAKEN/)
      expect(program.output()).toContain(String(port))
      expect(program.output()).toMatch(/another PORT/)
    } finally {
      holder.close()
    }
  }, 120_000)

  test('--reset begins anew', async () => {
    const reset = runProgram('server/main.ts', { PORT: '0', LOG_LEVEL: 'warn', DATA_DIR: directory, ROLES: 'all' }, [
      '--reset',
    ])
    try {
      const url = await addressOf(reset)
      const fresh = tokens(directory)
      expect(await projectNames(url, await fresh(OWNER))).toEqual(before)
      const anew = await ask(url, BUCKETS, { token: await fresh(OWNER), variables: { id: VISION } })
      expect(JSON.stringify(anew.data)).not.toContain('"kept"')
    } finally {
      reset.child.kill('SIGTERM')
      await reset.exited
    }
  }, 120_000)
})

test('a database that cannot be reached is named, with what to do', async () => {
  const program = runProgram('server/main.ts', {
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATA_DIR: directory,
    DATABASE_URL: 'postgresql://owner:hunter2secret@127.0.0.1:1/gpuaas',
  })
  expect(await program.exited).toBe(1)
  expect(program.output()).toMatch(/DATABASE_URL/)
  expect(program.output()).not.toContain('hunter2secret')
}, 60_000)

test('every mistake in the settings is told at once', async () => {
  const program = runProgram('server/main.ts', {
    PORT: 'eighty',
    LOG_LEVEL: 'loud',
    ROLES: 'kitchen',
    REDIS_URL: 'http://cache',
  })
  expect(await program.exited).toBe(1)
  for (const name of ['PORT', 'LOG_LEVEL', 'ROLES', 'REDIS_URL']) expect(program.output()).toContain(name)
}, 30_000)

test.each(['server/main.ts', 'gateway/main.ts', 'prisma/migrate.ts'])(
  '%s does not start while the environment turns protections off, and names every switch',
  async (main) => {
    const switches = Object.fromEntries(FORBIDDEN.map(({ example }) => example))
    const program = runProgram(main, { SUPERGRAPH_FILE: 'schema/supergraph.graphql', ...switches })
    expect(await program.exited).toBe(1)
    for (const name of Object.keys(switches)) expect(program.output()).toContain(`${name} must not be set`)
  },
  30_000,
)
