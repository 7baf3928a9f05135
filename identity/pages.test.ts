import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { contentSecurityPolicy, loginPage, messagePage } from './pages.ts'

const markup = `<b title="x">'&`
const escaped = '&lt;b title=&quot;x&quot;&gt;&#39;&amp;'

test('no text becomes markup', () => {
  const user = { email: markup, subject: 's', name: markup, organization: markup, description: markup }
  const html =
    loginPage({ action: markup, clientName: markup, users: [user], hint: markup }) + messagePage(markup, markup)
  expect(html).not.toContain(markup)
  expect(html.split(escaped).length - 1).toBe(11)
})

test('the policy allows the style sheet of the page by its hash, and forms to the named places only', () => {
  const [, style = ''] = /<style>([^]*?)<\/style>/.exec(messagePage('t', 'm')) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  expect(contentSecurityPolicy(['http://127.0.0.1:5173'])).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self' http://127.0.0.1:5173; frame-ancestors 'none'; base-uri 'none'`,
  )
})
