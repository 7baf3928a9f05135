import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** Where one sees notifications arrive and types into terminals, through the same client that others use. */
export const LIVE_PATH = '/live'

const ROOT = join(import.meta.dirname, '..', '..')

/**
 * The page's own files and this server alone; its scripts are files, so that none stands in the page. Styles may stand in it:
 * xterm writes style elements and attributes for its sizes and colours, and takes no nonce. What a program prints becomes
 * text there, never markup, so it brings no style of its own; and what a style could load is this server's too.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

/** Folders whose scripts and styles the page loads, by the address that its imports give them. */
const FOLDERS: Readonly<Record<string, string>> = { '/live/page': 'server/live/page', '/client': 'client' }

/** Of packages, by the address that the page loads them from. */
const PACKAGED: Readonly<Record<string, string>> = {
  '/live/xterm/xterm.mjs': 'node_modules/@xterm/xterm/lib/xterm.mjs',
  '/live/xterm/xterm.css': 'node_modules/@xterm/xterm/css/xterm.css',
}

const send = async (reply: FastifyReply, file: string): Promise<FastifyReply> =>
  reply
    .type(TYPES[extname(file)] ?? 'application/octet-stream')
    .headers({ 'content-security-policy': POLICY, 'cache-control': 'no-cache' })
    .send(await readFile(join(ROOT, file)))

/** Which files of a folder a browser may have: known before anybody asks, so that no address is a path. */
const served = async (folder: string): Promise<readonly string[]> =>
  (await readdir(join(ROOT, folder))).filter((name) => ['.js', '.css'].includes(extname(name)))

/**
 * `GET /live` and what it loads, without the network. For where the demo users are: it signs them in as the IDE does.
 */
export const registerLivePage = async (app: FastifyInstance): Promise<void> => {
  app.get(LIVE_PATH, (_, reply) => send(reply, 'server/live/page/index.html'))
  for (const [address, file] of Object.entries(PACKAGED)) app.get(address, (_, reply) => send(reply, file))
  for (const [address, folder] of Object.entries(FOLDERS)) {
    for (const name of await served(folder)) {
      app.get(`${address}/${name}`, (_, reply) => send(reply, join(folder, name)))
    }
  }
}
