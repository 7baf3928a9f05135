import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { OUTBOUND_HEADERS, outboundHeaders, stripReservedHeaders } from './inbound-headers.ts'

const facts = { internalToken: 'signed', correlationId: 'c-1' }

test('R13: a subgraph is sent the signed principal, the correlation and the trace, and nothing else', () => {
  expect({ ...OUTBOUND_HEADERS, ...outboundHeaders(facts) }).toEqual({
    'content-type': 'application/json',
    accept: 'application/json',
    'accept-encoding': 'gzip, deflate, br',
    'x-gpuaas-principal': 'signed',
    'x-correlation-id': 'c-1',
  })
  expect(outboundHeaders({ ...facts, traceparent: '00-a-b-01' })).toHaveProperty('traceparent', '00-a-b-01')
})

test('R13: whatever a caller sends as x-gpuaas-* is gone before anything reads it', () => {
  const cased = fc.string({ maxLength: 12 }).chain((end) => fc.mixedCase(fc.constant(`x-gpuaas-${end}`)))
  fc.assert(
    fc.property(fc.array(cased), (names) => {
      const headers: Record<string, unknown> = { 'content-type': 'application/json', 'x-gpu': 'kept' }
      for (const name of names) headers[name] = 'spoofed'
      stripReservedHeaders(headers)
      expect(headers).toEqual({ 'content-type': 'application/json', 'x-gpu': 'kept' })
    }),
  )
})
