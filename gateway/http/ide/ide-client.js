// Runs in the browser, inside the IDE page. Sends operations over HTTP and subscriptions over WebSocket, both with
// the headers of the editor's header tab, or else with the token of the demo user that is chosen in the corner.

const transportProtocol = 'graphql-transport-ws'
const pageUrl = new URL(location.pathname, location.href)
const pageSearch = new URLSearchParams(location.search)
let chosenToken = ''

const headersOf = (options) => {
  const headers = new Headers(options?.headers ?? {})
  if (!headers.has('authorization') && chosenToken !== '') headers.set('authorization', `Bearer ${chosenToken}`)
  return Object.fromEntries(headers)
}

const isSubscription = (parameters, options) =>
  options?.documentAST?.definitions.find(
    (definition) =>
      definition.kind === 'OperationDefinition' &&
      (!parameters.operationName || definition.name?.value === parameters.operationName),
  )?.operation === 'subscription'

const overHttp = async (parameters, headers) => {
  const response = await fetch(pageUrl, {
    method: 'POST',
    headers: { accept: 'application/json', ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(parameters),
  })
  return response.json()
}

// An observable, as GraphiQL takes it.
const overWebSocket = (parameters, headers) => ({
  subscribe: (observer) => {
    const socket = new WebSocket(pageUrl.href.replace(/^http/, 'ws'), transportProtocol)
    const send = (message) => socket.send(JSON.stringify(message))
    const authorization = headers.authorization
    let isOver = false
    const finish = (end) => {
      if (isOver) return
      isOver = true
      end()
      socket.close(1000)
    }
    socket.onopen = () => send({ type: 'connection_init', payload: authorization ? { authorization } : {} })
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data)
      if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: parameters })
      else if (message.type === 'ping') send({ type: 'pong' })
      else if (message.type === 'next') observer.next(message.payload)
      else if (message.type === 'error') finish(() => observer.error({ errors: message.payload }))
      else if (message.type === 'complete') finish(() => observer.complete())
    }
    socket.onclose = ({ code, reason }) =>
      finish(() => observer.error({ message: `The connection was closed: ${code} ${reason}` }))
    return {
      unsubscribe: () => {
        isOver = true
        socket.close(1000)
      },
    }
  },
})

const fetcher = (parameters, options) => {
  const headers = headersOf(options)
  return isSubscription(parameters, options) ? overWebSocket(parameters, headers) : overHttp(parameters, headers)
}

const tokenOf = async (user) => {
  const answer = await fetch(`${pageUrl.pathname}/ide/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  })
  if (!answer.ok) throw new Error(`${user} could not be signed in (HTTP ${answer.status})`)
  return (await answer.json()).token
}

const element = (name, properties, ...children) => {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

const offerDemoUsers = async () => {
  const response = await fetch(`${pageUrl.pathname}/ide/users`)
  if (!response.ok) return
  const { users } = await response.json()
  const select = element('select', { id: 'demo-user' }, new Option('nobody (anonymous)', ''))
  for (const user of users) select.add(new Option(user, user))
  const status = element('output', { id: 'demo-status' })
  select.onchange = async () => {
    const user = select.value
    chosenToken = ''
    delete select.dataset.ready
    status.value = user === '' ? '' : 'Signing in…'
    if (user === '') return
    try {
      const token = await tokenOf(user)
      // Somebody else was chosen meanwhile.
      if (select.value !== user) return
      chosenToken = token
      select.dataset.ready = user
      status.value = 'Signed in. A header “authorization” of the Headers tab comes first.'
    } catch (error) {
      if (select.value !== user) return
      select.value = ''
      status.value = String(error.message)
    }
  }
  document.body.prepend(element('header', { id: 'demo-bar' }, element('label', {}, 'Call as ', select), status))
}

globalThis.startIde = (graphiql, { defaultVariables, ...options }) => {
  // They belong to the default query: a link brings another, and what was edited is kept by the browser.
  const isFirstVisit = !pageSearch.has('query') && localStorage.getItem('graphiql:variables') === null
  graphiql.renderYogaGraphiQL(document.querySelector('#root'), {
    ...options,
    ...(isFirstVisit && defaultVariables !== undefined && { variables: defaultVariables }),
    // A header may hold a token, which has no place in a browser's storage.
    shouldPersistHeaders: false,
    fetcher,
  })
  offerDemoUsers().catch(() => undefined)
}
