import { expect, test } from '@jest/globals'
import Fastify from 'fastify'
import { silentLog } from '../../../platform/log/log.ts'
import { createErrorReporter } from '../../errors/error-reporter.ts'
import { demoTokenRoutes } from './demo-tokens.ts'

const askedAs = async (host: string, user = 'owner@northwind.example') => {
  const fastify = Fastify()
  const tokens = { users: ['owner@northwind.example'], issue: () => Promise.resolve('a-token') }
  demoTokenRoutes(fastify, tokens, createErrorReporter({ log: silentLog, docsBaseUrl: undefined, metrics: undefined }))
  const answer = await fastify.inject({
    method: 'POST',
    url: '/graphql/ide/token',
    headers: { host, 'content-type': 'application/json' },
    payload: { user },
  })
  await fastify.close()
  return answer
}

test.each(['127.0.0.1:4000', 'localhost:4000', 'localhost', '[::1]:4000', '192.168.1.7:4000'])(
  'the IDE opened at %s is given the token of a demo user',
  async (host) => {
    const { statusCode, body } = await askedAs(host)
    expect([statusCode, body]).toEqual([200, '{"token":"a-token"}'])
  },
)

test.each(['rebound.example:4000', 'localhost.rebound.example', '127.0.0.1.rebound.example:4000', 'not a host'])(
  'a page under the name %j, rebound to this address, is given none',
  async (host) => {
    const { statusCode, body } = await askedAs(host)
    expect(statusCode).toBe(400)
    expect(body).not.toContain('a-token')
  },
)

test('nobody who is not of the demonstration is signed in', async () => {
  const { statusCode, body } = await askedAs('127.0.0.1:4000', 'somebody@else.example')
  expect(statusCode).toBe(400)
  expect(body).not.toContain('a-token')
})
