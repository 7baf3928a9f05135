import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply } from 'fastify'

/** The GraphQL IDE: one page that works without the network, operations and subscriptions alike. */
export interface IdePage {
  readonly send: (reply: FastifyReply) => Promise<FastifyReply>
}

export interface IdeOptions {
  readonly title?: string
  readonly defaultQuery?: string
  /** JSON text, for `defaultQuery`. */
  readonly defaultVariables?: string
}

interface Rendered {
  readonly compressed: Buffer
  readonly policy: string
}

/** A bar above the editor: over it, it would hide what is answered. */
const STYLE = `
  body { display: flex; flex-direction: column; height: 100dvh; margin: 0 }
  #root { flex: 1; min-height: 0 }
  #root .graphiql-container { height: 100% }
  #demo-bar { display: flex; align-items: center; gap: 16px; padding: 10px 16px 0 68px; font: 15px Roboto, system-ui, sans-serif; color: #3b4b68 }
  #demo-user { margin-left: 8px; padding: 4px 8px; font: inherit; color: inherit; background: transparent; border: 1px solid #b7c2d7; border-radius: 4px }
  #demo-status { opacity: 0.75 }
  body.graphiql-dark #demo-bar { color: #b7c2d7 }
  body.graphiql-dark option { background: #212a3b }`

/** Rendered and compressed when a browser first asks for it, then kept: it is several megabytes of script. */
export const idePage = (options: IdeOptions): IdePage => {
  let rendered: Promise<Rendered> | undefined
  return {
    send: async (reply) => {
      const { compressed, policy } = await (rendered ??= render(options))
      return reply
        .headers({ 'content-security-policy': policy, 'content-encoding': 'gzip', 'cache-control': 'no-cache' })
        .type('text/html; charset=utf-8')
        .send(compressed)
    },
  }
}

const render = async ({ title = 'GraphQL', defaultQuery, defaultVariables }: IdeOptions): Promise<Rendered> => {
  const [{ renderGraphiQL }, client] = await Promise.all([
    import('@graphql-yoga/render-graphiql'),
    readFile(new URL('./ide-client.js', import.meta.url), 'utf8'),
  ])
  const page = renderGraphiQL({ title })
  const start = page.lastIndexOf('YogaGraphiQL.renderYogaGraphiQL(')
  const end = page.indexOf('</script>', start)
  if (start < 0 || end < 0) throw new Error('The IDE page has no place where it starts')
  const options = JSON.stringify({ title, defaultQuery, defaultVariables }).replaceAll('<', '\\u003c')
  const html = `${page.slice(0, start)}\n${client}\nstartIde(YogaGraphiQL, ${options});\n${page.slice(end)}`.replace(
    '</head>',
    () => `<style>${STYLE}</style></head>`,
  )
  return { compressed: await promisify(gzip)(html), policy: policyFor(html) }
}

/** Nothing but the page's own script may run, and it may speak to this server alone. */
const policyFor = (html: string): string => {
  const start = html.indexOf('<script>') + '<script>'.length
  const script = html.slice(start, html.lastIndexOf('</script>'))
  const hash = createHash('sha256').update(script).digest('base64')
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
