// Runs in the browser, inside the IDE page. Sends operations over HTTP and subscriptions over WebSocket, both with
// the headers of the editor's header tab, or else with the token of the demo user that is chosen in the corner.

const transportProtocol = 'graphql-transport-ws'
const pageUrl = new URL(location.pathname, location.href)
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

const offerDemoUsers = async () => {
  const response = await fetch(`${pageUrl.pathname}/ide/users`)
  if (!response.ok) return
  const { users } = await response.json()
  const select = document.createElement('select')
  select.id = 'demo-user'
  select.title = 'Who calls, when the headers say nothing else'
  select.add(new Option('anonymous', ''))
  for (const user of users) select.add(new Option(user, user))
  select.onchange = async () => {
    chosenToken = ''
    delete select.dataset.ready
    if (select.value === '') return
    const answer = await fetch(`${pageUrl.pathname}/ide/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: select.value }),
    })
    chosenToken = (await answer.json()).token ?? ''
    select.dataset.ready = select.value
  }
  document.body.append(select)
}

globalThis.startIde = (graphiql, options) => {
  graphiql.renderYogaGraphiQL(document.querySelector('#root'), { ...options, fetcher })
  offerDemoUsers().catch(() => undefined)
}
