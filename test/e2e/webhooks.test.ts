import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Webhook } from 'standardwebhooks'
import { AURORA, NORTHWIND, VISION } from './demo-ids.ts'
import { AURORA_OWNER, OWNER } from '../testkit/demo-callers.ts'
import { eventually } from '../testkit/eventually.ts'
import { startEmbedded, type EmbeddedProduct } from '../testkit/embedded-product.ts'
import { ask } from '../testkit/product.ts'
import { startReceiver, type Receiver } from '../testkit/receiver.ts'

let product: EmbeddedProduct
let receiver: Receiver

beforeAll(async () => {
  ;[product, receiver] = await Promise.all([startEmbedded({ WEBHOOK_LOOPBACK: 'allow' }), startReceiver()])
}, 120_000)
afterAll(async () => {
  await product.stop()
  await receiver.stop()
}, 60_000)

interface Made {
  readonly webhookEndpoint: { readonly id: string; readonly state: string } | null
  readonly secret: string | null
  readonly userErrors: readonly { readonly code: string }[]
}

const asked = async <Data>(email: string, query: string, variables: Readonly<Record<string, unknown>>) =>
  ask<Data>(product.urls[0], query, { variables, token: await product.tokenOf(email) })

const create = (email: string, organization: string, url: string, eventTypes = ['app.created']) =>
  asked<{ createWebhookEndpoint: Made | null }>(
    email,
    `mutation ($input: CreateWebhookEndpointInput!) {
      createWebhookEndpoint(input: $input) { webhookEndpoint { id state } secret userErrors { code } }
    }`,
    { input: { organizationId: organization, url, eventTypes } },
  )

const DELIVERIES = `query ($id: ID!) {
  webhookEndpoint(id: $id) {
    url
    deliveries { edges { node { id messageId eventType status attempts responseStatus failure cursor } } }
  }
}`

test('an app that is created is told to a partner’s server, signed, and to nobody else’s', async () => {
  const { data } = await create(OWNER, NORTHWIND, receiver.url)
  const { webhookEndpoint: endpoint, secret } = data?.createWebhookEndpoint ?? {}
  if (!endpoint || typeof secret !== 'string') throw new Error('no endpoint was made')
  const foreign = await create(AURORA_OWNER, AURORA, `${receiver.url}/foreign`)
  expect(foreign.data?.createWebhookEndpoint?.userErrors).toEqual([])

  const app = await asked<{ createApp: { app: { id: string } } }>(
    OWNER,
    'mutation ($p: ID!) { createApp(input: { projectId: $p, name: "told" }) { app { id } } }',
    { p: VISION },
  )
  const id = app.data?.createApp.app.id
  const post = await eventually(() => {
    const [first] = receiver.received
    if (first === undefined) throw new Error('nothing came yet')
    return first
  }, 30_000)
  expect(
    new Webhook(secret).verify(post.body, {
      'webhook-id': String(post.headers['webhook-id']),
      'webhook-timestamp': String(post.headers['webhook-timestamp']),
      'webhook-signature': String(post.headers['webhook-signature']),
    }),
  ).toMatchObject({ type: 'app.created', data: { organizationId: NORTHWIND, projectId: VISION, appId: id } })

  const shown = await eventually(async () => {
    const answer = await asked<{ webhookEndpoint: { deliveries: { edges: { node: object }[] } } }>(OWNER, DELIVERIES, {
      id: endpoint.id,
    })
    const nodes = answer.data?.webhookEndpoint.deliveries.edges.map(({ node }) => node)
    expect(nodes).toMatchObject([
      { eventType: 'app.created', status: 'DELIVERED', attempts: 1, responseStatus: 204, failure: null },
    ])
    return answer
  }, 30_000)
  expect(shown.text).toContain(String(post.headers['webhook-id']))
  expect(shown.text).not.toContain(secret.slice('whsec_'.length))
  expect(receiver.received.filter(({ url }) => url.endsWith('/foreign'))).toEqual([])

  const stranger = await asked(AURORA_OWNER, DELIVERIES, { id: endpoint.id })
  expect([stranger.data, stranger.errors.map(({ extensions }) => extensions.code)]).toEqual([
    { webhookEndpoint: null },
    ['ORGANIZATION_ACCESS_DENIED'],
  ])
}, 120_000)

test.each([
  ['http://hooks.partner.example/', 'URL_NOT_ALLOWED'],
  ['https://169.254.169.254/latest/meta-data', 'URL_NOT_ALLOWED'],
  ['https://10.0.0.1/', 'URL_NOT_ALLOWED'],
  ['https://[::ffff:127.0.0.1]/', 'URL_INVALID'],
  ['https://2130706433/', 'URL_INVALID'],
  ['https://user:pass@hooks.partner.example/', 'URL_INVALID'],
  ['https://hooks.partner.example:22/', 'URL_NOT_ALLOWED'],
])('%s is refused as %s', async (url, code) => {
  const { data } = await create(OWNER, NORTHWIND, url)
  expect(data?.createWebhookEndpoint).toEqual({ webhookEndpoint: null, secret: null, userErrors: [{ code }] })
})

test('types that are not in the catalogue, and none at all, are refused; a stranger is denied', async () => {
  const codes = async (types: string[]) =>
    (await create(OWNER, NORTHWIND, receiver.url, types)).data?.createWebhookEndpoint?.userErrors.map(
      ({ code }) => code,
    )
  expect([await codes([]), await codes(['app.created', 'platform.billing.charge_posted'])]).toEqual([
    ['EVENT_TYPES_EMPTY'],
    ['EVENT_TYPE_UNKNOWN'],
  ])
  const denied = await create(AURORA_OWNER, NORTHWIND, receiver.url)
  expect(denied.errors.map(({ extensions }) => extensions.code)).toEqual(['ORGANIZATION_ACCESS_DENIED'])
})
