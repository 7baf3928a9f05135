import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { VISION } from './demo-ids.ts'
import { createGraphClient } from '../../client/index.js'
import { launchBrowser, openPage, type WatchedPage } from '../testkit/browser.ts'
import { startFaultyProxy, type FaultyProxy } from '../testkit/faulty-proxy.ts'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'

const OWNER = 'owner@northwind.example'
const DEVELOPER = 'developer@northwind.example'

let product: EmbeddedProduct
let proxy: FaultyProxy
let browser: Browser
let watched: WatchedPage

beforeAll(async () => {
  ;[browser, product] = await Promise.all([launchBrowser(), startEmbedded()])
  proxy = await startFaultyProxy(product.urls)
}, 120_000)

afterAll(async () => {
  await Promise.all([browser.close(), proxy.close()])
  await product.stop()
}, 60_000)

beforeEach(async () => {
  watched = await openPage(browser)
})

/** How the browser itself tells of a request that was under way as the proxy cut its connection. */
const OF_A_CUT =
  /^Failed to load resource: net::ERR_(CONNECTION_RESET|CONNECTION_CLOSED|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/

/** Whatever a test did, the page stayed at home and broke no rule of its own policy. */
afterEach(async () => {
  const { host } = new URL(proxy.url)
  const abroad = watched.requests().filter((url) => !url.startsWith('data:') && new URL(url).host !== host)
  const complaints = watched.complaints().filter((text) => !OF_A_CUT.test(text))
  await watched.page.close()
  expect(abroad).toEqual([])
  expect(complaints).toEqual([])
})

const open = async (user: string): Promise<Page> => {
  const { page } = watched
  await page.goto(new URL('/live', proxy.url).href)
  await page.getByLabel('Call as').selectOption(user)
  await page.locator('#state[data-status="open"]').waitFor()
  return page
}

/** Another client of the graph: makes an allocation and releases it; gives its id. */
const allocateAndRelease = async (name: string): Promise<string> => {
  await using client = createGraphClient({
    url: `${product.urls[0]}/graphql`,
    token: () => product.tokenOf(DEVELOPER),
  })
  const { data } = await client.mutate<{ createAllocation: { allocation: { id: string } } }>(
    `mutation ($project: ID!, $name: String!) {
      createAllocation(input: { projectId: $project, name: $name, skuCode: "l40s-1" }) { allocation { id } }
    }`,
    { variables: { project: VISION, name } },
  )
  const { id } = data.createAllocation.allocation
  await client.mutate(
    `mutation ($id: ID!) { releaseAllocation(input: { allocationId: $id }) { userErrors { code } } }`,
    {
      variables: { id },
    },
  )
  return id
}

const released = (page: Page, id: string) =>
  page.locator(`#notifications li[data-subject="${id}"]`).filter({ hasText: /released/i })

test('a notification appears as another client brings it about', async () => {
  const page = await open(OWNER)
  const id = await allocateAndRelease('seen-live')
  await released(page, id).waitFor()
  expect(await released(page, id).count()).toBe(1)
}, 60_000)

test('a connection that is lost is opened again, and what happened meanwhile is shown once', async () => {
  const page = await open(OWNER)
  proxy.cut()
  const ids = [await allocateAndRelease('while-cut-1'), await allocateAndRelease('while-cut-2')]
  proxy.cut()
  for (const id of ids) await released(page, id).waitFor()
  for (const id of ids) expect(await released(page, id).count()).toBe(1)
  await page.locator('#state[data-status="open"]').waitFor()
}, 60_000)

test('the page itself creates an allocation and releases it', async () => {
  const page = await open(OWNER)
  await page.getByLabel('Project').selectOption({ label: 'Vision' })
  await page.getByRole('button', { name: 'Create an allocation' }).click()
  const made = page.locator('#allocations li[data-state="ACTIVE"]', { hasText: 'live-' }).first()
  await made.waitFor()
  const id = String(await made.getAttribute('data-id'))
  await made.getByRole('button', { name: 'Release' }).click()
  await released(page, id).waitFor()
}, 60_000)

test('a terminal in an active allocation shows what its shell answers, and goes on after a lost connection', async () => {
  const page = await open(OWNER)
  await page.getByLabel('Project').selectOption({ label: 'Vision' })
  const active = page.locator('#allocations li[data-state="ACTIVE"]').first()
  await active.getByRole('button', { name: 'Open a terminal' }).click()
  const state = page.locator('#terminal-state[data-status="open"]')
  await state.waitFor()
  const line = (text: RegExp) => page.locator('#terminal-screen .xterm-rows > div').filter({ hasText: text })
  await page.getByLabel('Terminal input').focus()
  await page.keyboard.type('echo hello\n')
  await line(/^hello\s*$/).waitFor()
  proxy.cut()
  await page.keyboard.type('echo a$((20+22))ain\n')
  await line(/^a42ain\s*$/).waitFor()
  await page.keyboard.type('exit 3\n')
  await page.locator('#terminal-state[data-status="closed"]', { hasText: 'EXIT 3' }).waitFor()
}, 60_000)

test('where no WebSocket gets through, notifications come as events', async () => {
  proxy.refuseWebSockets('refuse')
  try {
    const page = await open(OWNER)
    const id = await allocateAndRelease('over-events')
    await released(page, id).waitFor()
    expect(await page.locator('#state').innerText()).toBe('open (sse)')
    // The browser itself tells of each WebSocket that was refused.
    watched.complaints().forEach((text) => expect(text).toMatch(/WebSocket connection to .* failed/))
  } finally {
    proxy.refuseWebSockets('allow')
    watched = await openPage(browser)
  }
}, 60_000)

test('nothing else of the repository is served', async () => {
  for (const path of [
    '/client/types.d.ts',
    '/client/package.json',
    '/client/../package.json',
    '/live/page/tsconfig.json',
  ]) {
    expect([path, (await fetch(new URL(path, product.urls[0]))).status]).toEqual([path, 404])
  }
})
