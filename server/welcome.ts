import { DEMO_USERS } from '../identity/demo-users.ts'
import type { Peppers } from '../platform/crypto/peppers.ts'
import { selfId } from '../platform/ids/id.ts'
import { demoKey, serviceAccounts } from './demo/service-accounts.ts'
import { EVIDENCE_PATH } from './evidence-page.ts'
import { LIVE_PATH } from './live/live-page.ts'
import { vision } from './demo/tenants.ts'

/** One operation over all six subgraphs: what a console's first page asks for. */
export const DASHBOARD = `query Dashboard($project: ID!) {
  viewer { displayName }
  project(id: $project) {
    name
    department { name }
    allocations(first: 3) { edges { node { name state } } }
    apps(first: 3) { edges { node { name } } }
    buckets(first: 3) { edges { node { name } } }
    spend { amount { amountMicros currency } }
  }
  unreadNotificationCount
}`

/** Those of Northwind's owner. */
export const DASHBOARD_VARIABLES = { project: selfId('prj', vision.id).text }

const oneLine = (query: string): string => query.replace(/\s+/g, ' ')

/** A command that asks for Northwind's dashboard as its owner. */
export const dashboardCommand = (url: string): string => {
  const body = JSON.stringify({ query: oneLine(DASHBOARD), variables: DASHBOARD_VARIABLES })
  return [
    `curl -s ${url}/graphql \\`,
    `  -H "authorization: Bearer $(npm run --silent token -- owner@northwind.example)" \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d '${body}'`,
  ].join('\n')
}

interface WelcomeParts {
  readonly hasDemo: boolean
  readonly hasIde: boolean
  /** What the keys of demo service accounts are made of. */
  readonly peppers: Peppers | undefined
}

const keyLines = (peppers: Peppers | undefined): readonly string[] => {
  if (peppers === undefined) return []
  const width = Math.max(...serviceAccounts.map(({ name }) => name.length))
  return [
    'Demo service accounts (a key goes where a token would, and is for one project; these are of this data directory):',
    ...serviceAccounts.map(
      (account) =>
        `  ${account.name.padEnd(width)}  ${demoKey(peppers, account)}${account.isSuspended ? '  (suspended)' : ''}`,
    ),
    '',
  ]
}

/** What `npm start` ends with: where it is, who can sign in, what to paste. */
export const welcome = (url: string, { hasDemo, hasIde, peppers }: WelcomeParts): string => {
  const width = Math.max(...DEMO_USERS.map(({ email }) => email.length))
  const users = DEMO_USERS.map(({ email, description }) => `  ${email.padEnd(width)}  ${description}`)
  return [
    '',
    `GPUaaS Graph is ready: ${url}/graphql`,
    '',
    ...(hasDemo
      ? [
          'Demo users (npm run --silent token -- <email> prints a bearer token):',
          ...users,
          '',
          ...keyLines(peppers),
          'Northwind’s dashboard, from all six subgraphs in one operation:',
          '',
          dashboardCommand(url),
          '',
        ]
      : []),
    `${hasIde ? `IDE: ${url}/graphql in a browser. ` : ''}${hasDemo && hasIde ? `Live: ${url}${LIVE_PATH}. ` : ''}Isolation evidence: ${url}${EVIDENCE_PATH}. Stop with Ctrl-C.`,
    '',
  ].join('\n')
}
