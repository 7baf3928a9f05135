import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'

const EXECUTABLES = ['chromium', 'chromium-browser', 'google-chrome']

/** Nothing that a page did not ask for goes over the network. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A headless Chromium of the machine, with an empty profile of its own. Rejects where there is none. */
export const launchBrowser = async (): Promise<Browser> =>
  chromium.launch({ executablePath: await findBrowser(), headless: true, args: FLAGS })

const findBrowser = async (): Promise<string> => {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  for (const candidate of folders.flatMap((folder) => EXECUTABLES.map((name) => join(folder, name)))) {
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return candidate
  }
  throw new Error('There is no Chromium on PATH. Install it: apt-get install chromium')
}

/** What a page did that its user does not see: where it went, and what its console complained of. */
export interface WatchedPage {
  readonly page: Page
  /** Addresses of every request and WebSocket so far. */
  readonly requests: () => readonly string[]
  /** Errors of its console (violations of its content security policy among them), and what it threw. */
  readonly complaints: () => readonly string[]
}

export const openPage = async (browser: Browser): Promise<WatchedPage> => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('websocket', (socket) => requests.push(socket.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return { page, requests: () => requests, complaints: () => complaints }
}
