/** `npm run --silent token -- owner@northwind.example`: prints an access token of a demo user, and nothing else. */
import { readConfig } from '../platform/config/config.ts'
import { DEMO_USERS, findDemoUser } from './demo-users.ts'
import { findRunningServer } from './running-server.ts'
import { signIn } from './sign-in.ts'

const MULTI_FACTOR_OPTION = '--mfa'

const usage = (): string => `Usage: npm run --silent token -- <email> [${MULTI_FACTOR_OPTION}]

  ${MULTI_FACTOR_OPTION}  sign in with a second factor (simulated), for operations that ask for one

Demo users:
${DEMO_USERS.map(({ email, description }) => `  ${email.padEnd(28)}${description}`).join('\n')}`

/** What to print, and where it belongs. */
type Outcome =
  { readonly kind: 'token'; readonly token: string } | { readonly kind: 'failure'; readonly message: string }

const run = async (args: readonly string[]): Promise<Outcome> => {
  const emails = args.filter((arg) => !arg.startsWith('-'))
  const unknown = args.find((arg) => arg.startsWith('-') && arg !== MULTI_FACTOR_OPTION)
  const [email] = emails
  if (unknown !== undefined) return failure(`There is no option ${unknown}.\n\n${usage()}`)
  if (email === undefined || emails.length > 1) return failure(usage())
  const user = findDemoUser(email)
  if (user === undefined) return failure(`There is no demo user ${email}.\n\n${usage()}`)

  const { dataDirectory } = readConfig()
  const server = await findRunningServer(dataDirectory)
  if (server === undefined) {
    return failure(
      `No server is running with the data directory ${dataDirectory}. Start one with: npm start\n(DATA_DIR must be the same for both.)`,
    )
  }
  if (server.issuer === undefined) {
    return failure(`The server at ${server.origin} uses another identity provider (OIDC_ISSUER). Obtain a token there.`)
  }
  const factors = args.includes(MULTI_FACTOR_OPTION) ? 'multi' : 'single'
  return {
    kind: 'token',
    token: await signIn({ issuer: server.issuer, email: user.email, factors }),
  }
}

const failure = (message: string): Outcome => ({ kind: 'failure', message })

const outcome = await run(process.argv.slice(2)).catch((error: unknown) =>
  failure(error instanceof Error ? error.message : String(error)),
)
if (outcome.kind === 'token') {
  process.stdout.write(`${outcome.token}\n`)
} else {
  process.stderr.write(`${outcome.message}\n`)
  process.exitCode = 1
}
