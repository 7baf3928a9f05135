import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/** Where people read what was proven: the answer of `isolationEvidence`, as a table. */
export const EVIDENCE_PATH = '/evidence'

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 64rem }
h1 { font-size: 1.4rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid #8886 }
[data-status=PROVEN] { color: #2a7d2a } [data-status=FAILED] { color: #c62828; font-weight: bold }
[data-status=OUTDATED], [data-status=NOT_RUN] { color: #a06a00 }
small { display: block; opacity: .75 }
@media (prefers-color-scheme: dark) { [data-status=PROVEN] { color: #7fd07f } [data-status=FAILED] { color: #ff8a80 } }
`

const SCRIPT = `
const QUERY = '{ isolationEvidence { control statement requirements status lastProof { command result finishedAt summary } } }'
const say = (text) => { document.querySelector('#state').textContent = text }
const cell = (row, text, note) => {
  const made = row.insertCell()
  made.textContent = text
  if (note) { const small = document.createElement('small'); small.textContent = note; made.append(small) }
  return made
}
try {
  const response = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: QUERY }) })
  const { data, errors } = await response.json()
  if (!data?.isolationEvidence) throw new Error(errors?.[0]?.message ?? 'no answer')
  const body = document.querySelector('tbody')
  for (const { control, statement, requirements, status, lastProof } of data.isolationEvidence) {
    const row = body.insertRow()
    cell(row, statement, control)
    cell(row, requirements.join(', '))
    cell(row, status.replace('_', ' ').toLowerCase()).dataset.status = status
    cell(row, lastProof ? lastProof.summary : 'never', lastProof ? lastProof.finishedAt + ' · ' + lastProof.command : undefined)
  }
  say(data.isolationEvidence.length + ' controls')
} catch (error) {
  say('The evidence could not be read: ' + error.message)
}
`

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Isolation evidence</title><style>${STYLE}</style></head>
<body><main><h1>Isolation evidence</h1>
<p>Each control of tenant isolation, the requirements that ask for it, and when a machine last showed it on the graph that answers here. A control that is not shown as proven is to be taken as not shown.</p>
<p id="state" role="status">Reading…</p>
<table><thead><tr><th>Control</th><th>Requirements</th><th>Status</th><th>Last proof</th></tr></thead><tbody></tbody></table>
</main><script type="module">${SCRIPT}</script></body>
</html>
`

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Nothing but this page's own style and script, which asks this graph alone. */
const POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(SCRIPT)}`,
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

export const registerEvidencePage = (app: FastifyInstance): void => {
  app.get(EVIDENCE_PATH, (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(PAGE),
  )
}
