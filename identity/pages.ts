import { createHash } from 'node:crypto'
import type { DemoUser } from './demo-users.ts'

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 44rem }
h1 { font-size: 1.4rem; margin: 0 0 .5rem }
.notice { border: 1px solid #b58900; border-radius: .5rem; padding: .5rem .75rem; margin: 1rem 0 }
ul { list-style: none; padding: 0; margin: 1rem 0 }
li { margin: .5rem 0 }
button { font: inherit; text-align: left; width: 100%; padding: .6rem .75rem; border: 1px solid #8888; border-radius: .5rem; background: transparent; color: inherit; cursor: pointer }
button:hover, button:focus-visible { border-color: #268bd2; outline: 2px solid #268bd2 }
small { display: block; opacity: .75 }
`

/** For the pages' own header: nothing but this style sheet, no script, no asset, no frame. */
export const contentSecurityPolicy = (formTargets: readonly string[]): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    `form-action 'self' ${formTargets.join(' ')}`.trim(),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escape(title)}</h1>${body}</main></body>
</html>
`

const NOTICE =
  '<p class="notice"><strong>Development identity provider.</strong> Demo users sign in without a password. It refuses to run in production mode.</p>'

export interface LoginPage {
  readonly action: string
  readonly clientName: string
  readonly users: readonly DemoUser[]
  /** The address that the client suggested, shown first. */
  readonly hint: string | undefined
}

/** Pick a person: one button each. */
export const loginPage = ({ action, clientName, users, hint }: LoginPage): string => {
  const sorted = [...users].sort((a, b) => Number(b.email === hint) - Number(a.email === hint))
  const choices = sorted.map(
    ({ email, name, organization, description }) =>
      `<li><button name="email" value="${escape(email)}">${escape(email)} <small>${escape(name)}, ${escape(organization)}. ${escape(description)}.</small></button></li>`,
  )
  return page(
    `Sign in to ${clientName}`,
    `${NOTICE}<form method="post" action="${escape(action)}">
<p><label><input type="checkbox" name="second_factor" value="yes"> with a second factor (simulated), for operations that ask for one</label></p>
<ul>${choices.join('\n')}</ul></form>`,
  )
}

export const messagePage = (title: string, message: string): string => page(title, `<p>${escape(message)}</p>`)

/** `form` is the provider's own hidden form, with the id `op.logoutForm`. */
export const logoutPage = (form: string): string =>
  page(
    'Sign out?',
    `${form}<p><button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button></p>`,
  )
