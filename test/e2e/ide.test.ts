import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type { Browser, Page, WebSocket } from 'playwright-core'
import { VISION } from './demo-ids.ts'
import { launchBrowser, openPage, type WatchedPage } from '../testkit/browser.ts'
import { eventually } from '../testkit/eventually.ts'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { ask } from '../testkit/product.ts'

const OWNER = 'owner@northwind.example'
const DEVELOPER = 'developer@northwind.example'

let product: EmbeddedProduct
let browser: Browser
let watched: WatchedPage

beforeAll(async () => {
  ;[browser, product] = await Promise.all([launchBrowser(), startEmbedded()])
}, 120_000)

afterAll(() => Promise.all([browser.close(), product.stop()]), 60_000)

beforeEach(async () => {
  watched = await openPage(browser)
})

/** Whatever a test did, the page stayed at home and had nothing to complain of. */
afterEach(async () => {
  const { host } = new URL(product.urls[0])
  const abroad = watched.requests().filter((url) => !/^(?:blob|data):/.test(url) && new URL(url).host !== host)
  const complaints = watched.complaints()
  await watched.page.close()
  expect(abroad).toEqual([])
  expect(complaints).toEqual([])
})

/** Opens the page as somebody, with an operation in its editor: by a link that people send each other. */
const open = async (email: string, operation?: string): Promise<Page> => {
  const { page } = watched
  const link = new URL('/graphql', product.urls[0])
  if (operation !== undefined) link.searchParams.set('query', operation)
  await page.goto(link.href)
  await page.getByLabel('Call as').selectOption(email)
  await page.locator(`#demo-user[data-ready="${email}"]`).waitFor()
  return page
}

const execute = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^Execute query/ }).click()
}

/** The answer as it stands on the screen, on one line: the editor wraps where it is narrow. */
const shown = async (page: Page): Promise<string> =>
  (await page.locator('.graphiql-response').innerText()).replaceAll(/\s+/g, ' ')

test('the page runs the query that it opens with, as the demo user whom one picks', async () => {
  const page = await open(OWNER)
  await execute(page)
  await eventually(async () => {
    expect(await shown(page)).toMatch(/"displayName": "Olivia Grant".*"name": "Vision"/)
  })
})

test('R84: an operation that the server refuses shows the code of the catalogue', async () => {
  const page = await open('owner@aurora.example', `{ project(id: "${VISION}") { name } }`)
  await execute(page)
  await eventually(async () => {
    expect(await shown(page)).toContain('"code": "PROJECT_ACCESS_DENIED"')
  })
})

const CREATE = `mutation ($project: ID!) {
  createAllocation(input: { projectId: $project, name: "seen-in-browser", skuCode: "l40s-1" }) { allocation { id } }
}`
const RELEASE = `mutation ($id: ID!) { releaseAllocation(input: { allocationId: $id }) { userErrors { code } } }`

const subscribed = (socket: WebSocket): Promise<unknown> =>
  socket.waitForEvent('framesent', ({ payload }) => payload.includes('"subscribe"'))

test('a subscription shows what another client brings about', async () => {
  const page = await open(OWNER, 'subscription { notifications { title subject } }')
  const opened = page.waitForEvent('websocket').then(subscribed)
  await execute(page)
  await opened

  const token = await product.tokenOf(DEVELOPER)
  const made = await ask<{ createAllocation: { allocation: { id: string } } }>(product.urls[0], CREATE, {
    token,
    variables: { project: VISION },
  })
  expect(made.errors).toEqual([])
  const id = made.data?.createAllocation.allocation.id
  const released = await ask(product.urls[0], RELEASE, { token, variables: { id } })
  expect(released.data).toEqual({ releaseAllocation: { userErrors: [] } })

  await eventually(async () => {
    const text = await shown(page)
    expect(text).toContain(`"subject": "${String(id)}"`)
    expect(text).toMatch(/"title": "[^"]*released/i)
  })
}, 60_000)

test('R83: the page of the evidence lists every control, and says which are not shown', async () => {
  const { page } = watched
  await page.goto(new URL('/evidence', product.urls[0]).href)
  await page.getByText('6 controls').waitFor()
  expect(await page.locator('tbody tr').count()).toBe(6)
  expect(await page.locator('tbody').innerText()).toContain('TENANT_DENIALS')
})
