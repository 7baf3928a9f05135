/** @import { ConnectionState, GraphClient } from '../../../client/types.js' */
import { createGraphClient } from '../../../client/index.js'
import { showAllocations } from './allocations.js'
import { demoUsers, tokensOf } from './demo-users.js'
import { elementOf, said } from './elements.js'
import { showNotifications } from './notifications.js'
import { showTerminals } from './terminal.js'

const user = elementOf('user', HTMLSelectElement)
const state = elementOf('state', HTMLOutputElement)

/** @param {ConnectionState} next */
const showState = (next) => {
  state.dataset['status'] = next.status
  if (next.status === 'open') state.value = `open (${next.transport})`
  else if (next.status === 'waiting') state.value = `again at ${next.retryAt.toLocaleTimeString()}: ${next.reason.text}`
  else state.value = 'reason' in next ? `${next.status}: ${next.reason.text}` : next.status
}

/**
 * The server's terminals are where the page is, by whatever name it was called.
 * @param {string} given
 */
const terminalUrl = (given) => new URL(new URL(given).pathname, location.href.replace(/^http/, 'ws'))

/** @type {GraphClient | undefined} */
let client
/** @type {ReturnType<typeof showTerminals> | undefined} */
let terminals

const signIn = async () => {
  await terminals?.close()
  await client?.close()
  const opened = createGraphClient({ url: '/graphql', token: tokensOf(user.value), terminalUrl })
  client = opened
  const shown = showTerminals(opened)
  terminals = shown
  opened.onState((next) => {
    if (client === opened) showState(next)
  })
  const allocations = showAllocations(opened, shown.offer)
  await showNotifications(opened, allocations.refresh)
}

const begin = async () => {
  const users = await demoUsers()
  user.replaceChildren(...users.map((email) => new Option(email, email)))
  user.onchange = () => void signIn()
  await signIn()
}

begin().catch((/** @type {unknown} */ error) => (state.value = said(error)))
