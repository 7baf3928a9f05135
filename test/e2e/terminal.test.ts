import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readdir, readFile } from 'node:fs/promises'
import { VISION } from './demo-ids.ts'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { ask } from '../testkit/product.ts'
import { until } from '../testkit/until.ts'
import { connectTerminal, type ClientOptions, type TerminalClient } from '../../terminal/testkit/terminal-client.ts'

let product: EmbeddedProduct
let allocationId: string
const OWNER = 'owner@northwind.example'
const DEVELOPER = 'developer@northwind.example'
const clients: TerminalClient[] = []

beforeAll(async () => {
  product = await startEmbedded()
  const { data } = await asked<{ project: { allocations: { edges: { node: { id: string; state: string } }[] } } }>(
    'query ($id: ID!) { project(id: $id) { allocations(first: 50) { edges { node { id state } } } } }',
    { id: VISION },
  )
  const active = data?.project.allocations.edges.find(({ node }) => node.state === 'ACTIVE')
  if (active === undefined) throw new Error('The demo has no active allocation')
  allocationId = active.node.id
}, 120_000)
afterAll(async () => {
  for (const { socket } of clients) socket.terminate()
  await product.stop()
}, 60_000)

const asked = async <Data>(query: string, variables: Readonly<Record<string, unknown>>, email = OWNER) =>
  ask<Data>(product.urls[0], query, { variables, token: await product.tokenOf(email) })

interface Opened {
  readonly session: { readonly id: string } | null
  readonly url: string
  readonly token: string
  readonly userErrors: readonly { readonly code: string }[]
}

const OPEN = `mutation ($input: OpenTerminalInput!) {
  openTerminal(input: $input) { session { id } url token userErrors { code } } }`
const REATTACH = `mutation ($input: ReattachTerminalInput!) {
  reattachTerminal(input: $input) { session { id } url token userErrors { code } } }`

const openTerminal = async (email = OWNER, input: object = {}): Promise<Opened & { readonly id: string }> => {
  const answer = await asked<{ openTerminal: Opened | null }>(OPEN, { input: { allocationId, ...input } }, email)
  const opened = answer.data?.openTerminal
  if (!opened?.session) throw new Error(`No terminal was opened: ${answer.text}`)
  return { ...opened, id: opened.session.id }
}
const reattach = async (sessionId: string): Promise<Opened> => {
  const answer = await asked<{ reattachTerminal: Opened | null }>(REATTACH, { input: { sessionId } })
  if (!answer.data?.reattachTerminal) throw new Error(`No terminal was reattached: ${answer.text}`)
  return answer.data.reattachTerminal
}
const connect = async (opened: Pick<Opened, 'url' | 'token'>, how?: ClientOptions): Promise<TerminalClient> => {
  const client = await connectTerminal(opened.url, opened.token, how)
  clients.push(client)
  return client
}
const sessionOf = async (id: string) => {
  const { data } = await asked<{
    terminalSession: {
      state: string
      closeReason: string | null
      exitCode: number | null
      columns: number
      recording: { head: string; reference: string } | null
    }
  }>(
    'query ($id: ID!) { terminalSession(id: $id) { state closeReason exitCode columns recording { head reference } } }',
    {
      id,
    },
  )
  if (!data) throw new Error('The session was not found')
  return data.terminalSession
}
const isIn = (id: string, state: string) =>
  until(`the session is ${state}`, async () => (await sessionOf(id)).state === state)

/** The node agent that the server started. */
const agentOf = async (pid: number | undefined): Promise<number> => {
  for (const name of await readdir('/proc')) {
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'latin1').catch(() => '')),
    )
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (parent === pid && command?.includes('server/main.ts') === true) return Number(name)
  }
  throw new Error('The server has no node agent')
}
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a terminal is opened through the graph, and its bytes go over a socket of their own', async () => {
  const opened = await openTerminal(OWNER, { columns: 100, rows: 30, record: true })
  expect(opened.url).toBe(`${product.urls[0].replace('http', 'ws')}/terminal`)
  expect(opened.url).not.toContain(opened.token)
  const client = await connect(opened, { columns: 100, rows: 30 })
  await client.ready()
  await isIn(opened.id, 'ACTIVE')
  client.type('stty size; echo mar$((40+2))ker\n')
  await until('the shell answers', () => client.text().includes('30 100') && client.text().includes('mar42ker'))
  client.send({ type: 'resize', size: { columns: 120, rows: 40 } })
  await until('the size is known', async () => (await sessionOf(opened.id)).columns === 120)
  client.type('exit 3\n')
  expect(await client.closed).toEqual({ code: 4410, reason: 'EXIT' })
  await isIn(opened.id, 'CLOSED')
  expect(await sessionOf(opened.id)).toMatchObject({ closeReason: 'EXIT', exitCode: 3 })
  await until('the recording is known', async () => (await sessionOf(opened.id)).recording !== null)
  expect((await sessionOf(opened.id)).recording?.head).toMatch(/^[0-9a-f]{64}$/)
})

test('the shell has no secret of the server, and where it can be not its rights', async () => {
  const client = await connect(await openTerminal())
  await client.ready()
  const { pid } = product.program.child
  client.type(
    `env | sort; id -u; cat /proc/${String(pid)}/environ ${product.dataDirectory}/secrets.json; echo en$((1+1))d\n`,
  )
  await until('it answered', () => client.text().includes('en2d'))
  expect(client.text()).not.toMatch(/SIGNING|DATABASE|PEPPER|SECRET_/)
  if (process.getuid?.() === 0) {
    expect(client.text()).toMatch(/\n65534\r\n/)
    expect(client.text()).toMatch(/Permission denied/)
  }
})

test('a client that was cut reattaches by its offset, with a new token', async () => {
  const opened = await openTerminal()
  const client = await connect(opened)
  await client.ready()
  client.type('x=kept; echo be$((1+1))fore\n')
  await until('it answered', () => client.text().includes('be2fore'))
  client.socket.terminate()
  await isIn(opened.id, 'DETACHED')
  const again = await connect(await reattach(opened.id), { offset: client.offset() })
  expect(await again.ready()).toMatchObject({ offset: client.offset(), lost: 0 })
  again.type('echo still-$x\n')
  await until('it is the same shell', () => again.text().includes('still-kept'))
  expect(again.text()).not.toContain('be2fore')
  await isIn(opened.id, 'ACTIVE')
})

test('a later attachment takes over', async () => {
  const opened = await openTerminal()
  const client = await connect(opened)
  await client.ready()
  const second = await connect(await reattach(opened.id))
  expect(await client.closed).toEqual({ code: 4409, reason: 'TAKEN_OVER' })
  await second.ready()
  await isIn(opened.id, 'ACTIVE')
})

describe('tokens', () => {
  test('R42: of fifty that race with one token exactly one wins; the others are counted as replays', async () => {
    const metric = async (name: string): Promise<number> => {
      const text = await (await fetch(`${product.urls[0]}/metrics`)).text()
      return Number(new RegExp(`^\\S*terminal\\S*${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
    }
    const before = [await metric('consumed_total'), await metric('replay_rejected_total')]
    const opened = await openTerminal()
    const racing = await Promise.all(Array.from({ length: 50 }, () => connect(opened)))
    const isReady = ({ frames }: TerminalClient) => frames.some(({ type }) => type === 'ready')
    const isSettled = (client: TerminalClient) => isReady(client) || client.socket.readyState === 3
    await until('each has won or lost', () => racing.every(isSettled))
    expect(racing.filter(isReady)).toHaveLength(1)
    const lost = racing.filter((client) => !isReady(client))
    for (const client of lost) expect(await client.closed).toEqual({ code: 4401, reason: 'TERMINAL_TOKEN_REPLAYED' })
    const after = [await metric('consumed_total'), await metric('replay_rejected_total')]
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 49])
  })

  test('R41: a token that is spent or of nobody opens nothing', async () => {
    const opened = await openTerminal()
    await (await connect(opened)).ready()
    expect((await (await connect(opened)).closed).reason).toBe('TERMINAL_TOKEN_REPLAYED')
    const forged = await connect({ url: opened.url, token: `${opened.token.slice(0, -4)}AAAA` })
    expect(await forged.closed).toEqual({ code: 4401, reason: 'TERMINAL_TOKEN_INVALID' })
  })
})

describe('ends', () => {
  test('closing it through the graph ends its socket and its shell within a second', async () => {
    const opened = await openTerminal()
    const client = await connect(opened)
    await client.ready()
    client.type('echo pid=$$; sleep 1000\n')
    await until('it told its pid', () => /pid=\d+/.test(client.text()))
    const began = performance.now()
    await asked('mutation ($input: CloseTerminalInput!) { closeTerminal(input: $input) { userErrors { code } } }', {
      input: { sessionId: opened.id },
    })
    expect(await client.closed).toEqual({ code: 4410, reason: 'CLOSED_BY_USER' })
    expect(performance.now() - began).toBeLessThan(2000)
    const pid = Number(/pid=(\d+)/.exec(client.text())?.[1])
    await until('its shell is gone', () => !isRunning(pid))
  })

  test('a node agent that is killed loses its sessions: NODE_LOST; the next one serves again', async () => {
    const opened = await openTerminal(DEVELOPER)
    const client = await connect(opened)
    await client.ready()
    process.kill(await agentOf(product.program.child.pid), 'SIGKILL')
    expect(await client.closed).toEqual({ code: 4411, reason: 'NODE_LOST' })
    await isIn(opened.id, 'CLOSED')
    expect((await sessionOf(opened.id)).closeReason).toBe('NODE_LOST')
    const next = await connect(await openTerminal(DEVELOPER))
    await next.ready()
  }, 60_000)

  test('a server that stops takes its agent, the shells and the homes of their users with it', async () => {
    const agent = await agentOf(product.program.child.pid)
    const client = await connect(await openTerminal())
    await client.ready()
    client.type('echo home=$HOME pid=$$; trap "" HUP\n')
    await until('it told where it lives', () => /home=\S+ pid=\d+\r/.test(client.text()))
    const [, home = '', pid] = /home=(\/\S+) pid=(\d+)\r/.exec(client.text()) ?? []
    product.program.child.kill('SIGTERM')
    expect(await product.program.exited).toBe(0)
    expect([1012, 4411]).toContain((await client.closed).code)
    expect([isRunning(agent), isRunning(Number(pid))]).toEqual([false, false])
    await expect(readdir(home)).rejects.toThrow('ENOENT')
    expect(product.program.output()).not.toMatch(/"level":"(error|fatal)"/)
  }, 60_000)
})
