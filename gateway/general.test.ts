import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { createRemoteJWKSet, decodeJwt, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import { ownedId, selfId } from '../platform/ids/id.ts'
import { systemClock } from '../platform/clock/clock.ts'
import { systemIds } from '../platform/ids/generator.ts'
import { publicKeys } from '../platform/crypto/key-ring.ts'
import { readAnswer } from '../test/testkit/gateway.ts'
import { createBoardGraph } from '../test/testkit/graphs/boards.ts'
import { startHttpSubgraph, type HttpSubgraph } from '../test/testkit/http-subgraph.ts'
import { addressOf, runProgram, type Program } from '../test/testkit/product.ts'
import { connectSocket, openSocket } from '../test/testkit/raw-socket.ts'
import { startTokenIssuer, TEST_AUDIENCE, type TokenIssuer } from '../test/testkit/token-issuer.ts'
import { until } from '../test/testkit/until.ts'

jest.setTimeout(120_000) // a process starts, on a machine that may be busy

const graph = createBoardGraph()
const carried = systemIds.next()
const reader = { organization: 'acme', capabilities: ['BOARD_READ'] }

const GRANTS = {
  ada: {
    platform: ['STAFF'],
    organizations: { acme: ['BOARD_READ'] },
    projects: { p1: { organization: 'acme', capabilities: ['BOARD_READ', 'BOARD_EDIT'] } },
  },
  bob: { projects: { p1: reader, p2: reader, [selfId('prj', carried).text]: reader } },
  boss: { organizations: { acme: ['BOARD_READ'] } },
  eve: { disabled: true, projects: { p1: reader } },
}

let directory: string
let issuer: TokenIssuer
let subgraphs: Readonly<Record<'boards' | 'cards', HttpSubgraph>>
let program: Program
let url: string

const pathOf = (name: string): string => join(directory, name)
/** As a deployment replaces a file: readers see the old one or the new one. */
const put = async (name: string, content: unknown): Promise<void> => {
  await writeFile(pathOf(`${name}.next`), typeof content === 'string' ? content : JSON.stringify(content))
  await rename(pathOf(`${name}.next`), pathOf(name))
}
const environment = () => ({
  SUPERGRAPH_FILE: pathOf('supergraph.graphql'),
  PORT: '0',
  JWKS_FILE: pathOf('jwks.json'),
  JWT_ISSUER: issuer.issuer,
  JWT_AUDIENCE: TEST_AUDIENCE,
  GRANTS_FILE: pathOf('grants.json'),
  LOG_FORMAT: 'json',
})

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'general-'))
  issuer = await startTokenIssuer(systemClock)
  const { schemas } = graph.over({ boards: '', cards: '' })
  const start = (name: 'boards' | 'cards') => {
    const schema = schemas.get(name)
    if (!schema) throw new Error(name)
    return startHttpSubgraph(schema)
  }
  subgraphs = { boards: await start('boards'), cards: await start('cards') }
  await put('supergraph.graphql', graph.over({ boards: subgraphs.boards.url, cards: subgraphs.cards.url }).sdl)
  await put('grants.json', GRANTS)
  await put('jwks.json', publicKeys(issuer.keys()))
  program = runProgram('gateway/main.ts', environment())
  url = await addressOf(program)
})
afterAll(async () => {
  program.child.kill()
  expect(await program.exited).toBe(0)
  await Promise.all([subgraphs.boards.close(), subgraphs.cards.close(), issuer.close()])
  await rm(directory, { recursive: true })
})

const fetches = (): number => subgraphs.boards.received.length + subgraphs.cards.received.length
const send = async (query: string, headers: Readonly<Record<string, string>>) => {
  const before = fetches()
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  const answer = await readAnswer(response)
  return { ...answer, codes: answer.errors.map(({ extensions }) => extensions['code']), fetches: fetches() - before }
}
const as = async (subject: string, query: string) =>
  send(query, { authorization: `Bearer ${await issuer.sign({ sub: subject })}` })

const board = (id: string): string => `{ board(id: "${id}") { name cards { title } } }`

describe('the rules of a foreign graph hold, by the grants of the file', () => {
  test('what is granted is answered, over both subgraphs', async () => {
    const answer = await as('ada', board('p1'))
    expect([answer.data, answer.errors]).toEqual([{ board: { name: 'Board p1', cards: [{ title: 'Card 1' }] } }, []])
  })

  test.each<[subject: string, query: string, code: string]>([
    ['ada', board('p2'), 'PROJECT_ACCESS_DENIED'],
    ['ada', board('p1 '), 'PROJECT_ACCESS_DENIED'],
    ['ada', board('__proto__'), 'PROJECT_ACCESS_DENIED'],
    ['ada', board(''), 'INVALID_ID'],
    ['ada', board(selfId('org', carried).text), 'INVALID_ID'],
    ['ada', board(ownedId('alc', carried, carried).text), 'PROJECT_ACCESS_DENIED'],
    ['ada', '{ boards(ids: ["p1", "p2"]) { name } }', 'PROJECT_ACCESS_DENIED'],
    ['ada', '{ team(id: "p1") { name } }', 'ORGANIZATION_ACCESS_DENIED'],
    ['boss', board('p1'), 'PROJECT_ACCESS_DENIED'],
    ['bob', '{ team(id: "acme") { name } }', 'ORGANIZATION_ACCESS_DENIED'],
    ['bob', '{ statistics }', 'PLATFORM_ACCESS_DENIED'],
    ['nobody', board('p1'), 'PROJECT_ACCESS_DENIED'],
    ['__proto__', board('p1'), 'PROJECT_ACCESS_DENIED'],
    ['constructor', '{ team(id: "acme") { name } }', 'ORGANIZATION_ACCESS_DENIED'],
    ['eve', board('p1'), 'ACTOR_DISABLED'],
    ['eve', '{ me { name } }', 'ACTOR_DISABLED'],
  ])('%s asking %s is told %s, and nothing is fetched', async (subject, query, code) => {
    const answer = await as(subject, query)
    expect([answer.status, answer.codes, answer.fetches]).toEqual([200, [code], 0])
    expect(Object.values(answer.data ?? {})).toEqual([null])
  })

  test('a member learns which capability it lacks; nothing of the mutation runs', async () => {
    const answer = await as('bob', 'mutation { renameBoard(input: { id: "p1", name: "x" }) { name } }')
    expect([answer.codes, answer.fetches]).toEqual([['CAPABILITY_REQUIRED'], 0])
    expect(answer.errors[0]?.extensions).toMatchObject({ capability: 'BOARD_EDIT', rule: 'projectScoped' })
    const allowed = await as('ada', 'mutation { renameBoard(input: { id: "p1", name: "x" }) { name } }')
    expect(allowed.data).toEqual({ renameBoard: { name: 'x' } })
  })

  test('organization, platform and self: each by its own part of the entry', async () => {
    expect((await as('boss', '{ team(id: "acme") { name } }')).data).toEqual({ team: { name: 'Team acme' } })
    expect((await as('ada', '{ statistics }')).data).toEqual({ statistics: 'all is well' })
    expect((await as('nobody', '{ me { id name } }')).data).toEqual({ me: { id: 'person-1', name: 'Whoever' } })
  })

  test('objects that no argument names are decided by the field that carries their project, selected or not', async () => {
    const answer = await as('ada', '{ showcase { name cards { title } } news { title } }')
    expect(answer.data).toEqual({
      showcase: [{ name: 'Board p1', cards: [{ title: 'Card 1' }] }, null],
      news: [null, { title: 'Card of-p1' }],
    })
    expect(answer.errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]).toSorted()).toEqual([
      ['news.0', 'PROJECT_ACCESS_DENIED'],
      ['showcase.1', 'PROJECT_ACCESS_DENIED'],
    ])
    expect(JSON.stringify(subgraphs.cards.received.at(-1)?.body)).not.toContain('p2')
  })

  test('an id that carries its project is decided by it', async () => {
    for (const id of [selfId('prj', carried).text, carried, ownedId('alc', carried, systemIds.next()).text])
      expect((await as('bob', `{ board(id: "${id}") { id } }`)).data).toEqual({ board: { id } })
  })
})

describe('who calls', () => {
  test('nobody is told UNAUTHENTICATED where a rule stands, and gets what is public', async () => {
    const answer = await send(`{ about me { name } }`, {})
    expect([answer.status, answer.data, answer.codes]).toEqual([
      200,
      { about: 'boards', me: null },
      ['UNAUTHENTICATED'],
    ])
  })

  test.each<[string, () => Promise<string>]>([
    ['expired', () => issuer.sign({ exp: Math.floor(Date.now() / 1000) - 60 })],
    ['for another audience', () => issuer.sign({ aud: 'another' })],
    ['of another issuer', () => issuer.sign({ iss: `${issuer.issuer}/` })],
    ['without a subject', () => issuer.sign({ sub: undefined })],
    ['with a key that is not published', () => issuer.sign({}, { kid: 'unknown' })],
    [
      'unsigned',
      () =>
        Promise.resolve(
          new UnsecuredJWT({ sub: 'ada' })
            .setIssuer(issuer.issuer)
            .setAudience(TEST_AUDIENCE)
            .setExpirationTime('1h')
            .encode(),
        ),
    ],
    [
      'signed with the public key as a secret',
      () =>
        new SignJWT({ sub: 'ada' })
          .setProtectedHeader({ alg: 'HS256', kid: issuer.keys()[0].kid })
          .setIssuer(issuer.issuer)
          .setAudience(TEST_AUDIENCE)
          .setExpirationTime('1h')
          .sign(new TextEncoder().encode(issuer.keys()[0].x.padEnd(64))),
    ],
    ['no token', () => Promise.resolve('nonsense')],
  ])('a credential that is %s fails the whole request, what is public included', async (_, make) => {
    const answer = await send('{ about }', { authorization: `Bearer ${await make()}` })
    expect([answer.status, answer.codes, answer.data, answer.fetches]).toEqual([401, ['UNAUTHENTICATED'], undefined, 0])
  })

  test('a token without a key id is checked against the one key of its kind', async () => {
    const token = await issuer.sign({ sub: 'ada' }, { kid: undefined })
    expect((await send('{ statistics }', { authorization: `Bearer ${token}` })).data).toEqual({
      statistics: 'all is well',
    })
  })

  test('R13: a subgraph is told in a signed token of its own, and nothing of what the caller sent', async () => {
    const token = await issuer.sign({ sub: 'bob', role: 'owner' })
    await send(board('p1'), { authorization: `Bearer ${token}`, 'x-gpuaas-principal': 'forged', 'x-gpuaas-org': 'x' })
    const published = createRemoteJWKSet(new URL(`${url}/.well-known/jwks.json`))
    for (const name of ['boards', 'cards'] as const) {
      const received = subgraphs[name].received.at(-1)
      if (!received) throw new Error(`nothing reached ${name}`)
      const { headers, rawHeaders } = received
      expect(rawHeaders.join('\n')).not.toMatch(/authorization|forged|x-gpuaas-org/i)
      expect(headers['x-correlation-id']).toEqual(expect.any(String))
      const { payload, protectedHeader } = await jwtVerify(String(headers['x-gpuaas-principal']), published, {
        issuer: 'gpuaas-gateway',
        audience: name,
        algorithms: ['EdDSA'],
        typ: 'gpuaas-principal+jwt',
      })
      expect(payload).toMatchObject({ kind: 'user', sub: 'bob', assurance: 'single' })
      expect(payload).not.toHaveProperty('role')
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60)
      expect(protectedHeader.kid).toEqual(expect.any(String))
    }
  })
})

describe('files that change', () => {
  test('an edit of the grants counts within seconds, in both directions; a broken one changes nothing', async () => {
    const codes = async () => (await as('carl', board('p1'))).codes
    expect(await codes()).toEqual(['PROJECT_ACCESS_DENIED'])
    await put('grants.json', { ...GRANTS, carl: { projects: { p1: reader } } })
    await until('the grant counts', async () => (await codes()).length === 0)
    await put('grants.json', '{ "carl": ')
    await until('the broken edit is logged', () => program.output().includes('a changed file is wrong'))
    expect(await codes()).toEqual([])
    await put('grants.json', { ...GRANTS, carl: { role: 'owner' } })
    await until('the unknown key is named', () => program.output().includes('carl: Unrecognized key'))
    expect(await codes()).toEqual([])
    await put('grants.json', { ...GRANTS, carl: { disabled: true } })
    await until('carl is disabled', async () => (await codes())[0] === 'ACTOR_DISABLED')
    await put('grants.json', { ...GRANTS, carl: { platform: ['BOARD_RAED'] } })
    await until('a capability that is misspelt is logged', () => program.output().includes('BOARD_RAED'))
    expect(await codes()).toEqual(['PROJECT_ACCESS_DENIED'])
  })

  test('keys of the issuer that turn are used without a restart; one that is withdrawn is refused', async () => {
    const old = await issuer.sign({ sub: 'ada' })
    const ask = async (token: string) => (await send('{ statistics }', { authorization: `Bearer ${token}` })).status
    expect(await ask(old)).toBe(200)
    await issuer.rotate(0)
    const fresh = await issuer.sign({ sub: 'ada' })
    expect(await ask(fresh)).toBe(401)
    await put('jwks.json', publicKeys(issuer.keys()))
    await until('the new key counts', async () => (await ask(fresh)) === 200)
    expect(await ask(old)).toBe(401)
  })
})

describe('over a WebSocket', () => {
  const subscribe = (id: string) => ({
    id: '1',
    type: 'subscribe',
    payload: { query: `subscription { cardAdded(board: "${id}") { title } }` },
  })

  test('a caller is known by its connection_init, and decided as over HTTP', async () => {
    const authorization = `Bearer ${await issuer.sign({ sub: 'bob' })}`
    const socket = await connectSocket(url, { authorization })
    socket.send(subscribe('p3'))
    expect((await socket.message(1)).payload).toMatchObject({
      errors: [{ path: ['cardAdded'], extensions: { code: 'PROJECT_ACCESS_DENIED' } }],
    })
    expect((await socket.message(2)).type).toBe('complete')
    socket.send(subscribe('p2'))
    await until('the subgraph streams', () => graph.open() === 1)
    const told = subgraphs.boards.subscribed.at(-1)?.extensions?.['principal']
    expect(decodeJwt(String(told))).toMatchObject({ sub: 'bob', aud: 'boards' })
    graph.addCard('p2')
    expect((await socket.message(3)).payload).toEqual({ data: { cardAdded: { title: 'Card c2' } } })
    socket.socket.terminate()
    await until('the stream has ended', () => graph.open() === 0)
  })

  test('what is open ends when the file takes its permission away', async () => {
    const authorization = `Bearer ${await issuer.sign({ sub: 'bob' })}`
    const socket = await connectSocket(url, { authorization })
    socket.send(subscribe('p2'))
    await until('the subgraph streams', () => graph.open() === 1)
    await put('grants.json', { ...GRANTS, bob: { projects: { p1: reader } } })
    expect(await socket.message(1)).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'PROJECT_ACCESS_DENIED' } }],
    })
    await until('the stream has ended', () => graph.open() === 0)
    await put('grants.json', { ...GRANTS, bob: { disabled: true } })
    expect((await socket.closed()).code).toBe(4403)
    await put('grants.json', GRANTS)
  })

  test('a credential that is bad is refused', async () => {
    const socket = await openSocket(url)
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${await issuer.sign({ aud: 'x' })}` } })
    expect((await socket.closed()).code).toBe(4403)
  })
})

test.each<[name: string, changes: Record<string, string>, messages: readonly RegExp[]]>([
  [
    'tokens of nobody',
    { JWT_ISSUER: '', JWT_AUDIENCE: '' },
    [/CONFIG_INVALID/, /JWT_ISSUER is needed/, /JWT_AUDIENCE is needed/],
  ],
  ['grants for nobody', { JWKS_FILE: '', JWT_ISSUER: '' }, [/JWKS_FILE is needed/, /JWT_ISSUER is needed/]],
  [
    'files that are not there',
    { JWKS_FILE: 'no.jwks', GRANTS_FILE: 'no.grants' },
    [/JWKS_FILE: no\.jwks/, /GRANTS_FILE: no\.grants/],
  ],
  [
    'a rule that asks for a capability nobody defined',
    { SUPERGRAPH_FILE: 'supergraph-unknown.graphql' },
    [/SUPERGRAPH_INVALID/, /BOARD_RAED/],
  ],
])('with %s it says all that is wrong at once, and ends', async (_, changes, messages) => {
  const sdl = await readFile(pathOf('supergraph.graphql'), 'utf8')
  await put(
    'supergraph-unknown.graphql',
    sdl.replace('@platformScoped(capability: STAFF)', '@platformScoped(capability: BOARD_RAED)'),
  )
  const own = changes['SUPERGRAPH_FILE'] && { SUPERGRAPH_FILE: pathOf(changes['SUPERGRAPH_FILE']) }
  const wrong = runProgram('gateway/main.ts', { ...environment(), ...changes, ...own })
  expect(await wrong.exited).toBe(1)
  for (const message of messages) expect(wrong.output()).toMatch(message)
  expect(wrong.output()).not.toMatch(/\n\s+at /)
})
