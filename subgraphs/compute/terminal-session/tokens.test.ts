import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Principal } from '../../../platform/access/principal.ts'
import type { Cache } from '../../../platform/cache/cache.ts'
import { createMemoryCache } from '../../../platform/cache/memory-cache.ts'
import { silentLog } from '../../../platform/log/log.ts'
import { manualClock, type ManualClock } from '../../../test/testkit/manual-clock.ts'
import { someUuid } from '../testkit/test-cloud.ts'
import { terminalTokens, type TerminalTokens, type TokenContent } from './tokens.ts'

const principal: Principal = {
  ...{ kind: 'user', subject: 'ada', sessionId: 's1', assurance: 'multi' },
  authenticatedAt: new Date('2026-03-01T11:59:00Z'),
}

const content = (): TokenContent => ({
  ...{ organizationId: someUuid(), projectId: someUuid(), sessionId: someUuid(), allocationId: someUuid() },
  ...{ generation: 1, gatewayId: 'g1', principal },
})

let clock: ManualClock
let cache: Cache
let written: Map<string, string>
let tokens: TerminalTokens

beforeEach(() => {
  clock = manualClock()
  const memory = createMemoryCache({ clock, log: silentLog })
  written = new Map()
  cache = {
    ...memory,
    set: (key, value, ttl) => {
      written.set(key.join(' '), value)
      return memory.set(key, value, ttl)
    },
    setIfAbsent: (key, value, ttl) => {
      written.set(key.join(' '), value)
      return memory.setIfAbsent(key, value, ttl)
    },
  }
  tokens = terminalTokens(cache, clock)
})
afterEach(() => cache.close())

const codeOf = async (token: string) => {
  const spent = await tokens.spend(token)
  return spent.ok ? 'spent' : spent.code
}

describe('R41: a terminal token', () => {
  test('gives what it was minted for, once', async () => {
    const of = content()
    const { token, expiresAt } = await tokens.mint(of, 30_000)
    expect(expiresAt).toEqual(new Date('2026-03-01T12:00:30Z'))
    expect(await tokens.spend(token)).toEqual({ ok: true, content: of })
    expect(await codeOf(token)).toBe('TERMINAL_TOKEN_REPLAYED')
    clock.advance(120)
    expect(await codeOf(token)).toBe('TERMINAL_TOKEN_REPLAYED')
  })

  test('is worth nothing after its time', async () => {
    const { token } = await tokens.mint(content(), 30_000)
    clock.advance(30)
    expect(await codeOf(token)).toBe('TERMINAL_TOKEN_EXPIRED')
    clock.advance(660)
    expect(await codeOf(token)).toBe('TERMINAL_TOKEN_INVALID')
  })

  test('has 256 bits that nobody else knows, and stands in the cache by its hash alone', async () => {
    const { token } = await tokens.mint(content(), 30_000)
    const other = await tokens.mint(content(), 30_000)
    expect(Buffer.from(token, 'base64url')).toHaveLength(16 + 32)
    expect(token).not.toBe(other.token)
    const everything = [...written].flat().join('\n')
    expect(everything).not.toContain(token)
    expect(everything).not.toContain(token.slice(22))
    expect(everything).toContain(createHash('sha256').update(token).digest('hex'))
  })

  test('with another project in front, another secret behind, or written otherwise is none', async () => {
    const { token } = await tokens.mint(content(), 30_000)
    const bytes = Buffer.from(token, 'base64url')
    const foreign = Buffer.concat([Buffer.from(bytes.subarray(0, 16)).reverse(), bytes.subarray(16)])
    const guessed = Buffer.concat([bytes.subarray(0, 47), Buffer.from([bytes.readUInt8(47) ^ 1])])
    const texts = [foreign.toString('base64url'), guessed.toString('base64url'), `${token}=`, token.slice(1), '', '…']
    for (const text of texts) expect(await codeOf(text)).toBe('TERMINAL_TOKEN_INVALID')
    expect(await codeOf(token)).toBe('spent')
  })
})

test('R42: of fifty who spend one token at once, one gets it and 49 are told of a replay', async () => {
  const { token } = await tokens.mint(content(), 30_000)
  const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(token)))
  expect(codes.filter((code) => code === 'spent')).toHaveLength(1)
  expect(codes.filter((code) => code === 'TERMINAL_TOKEN_REPLAYED')).toHaveLength(49)
})
