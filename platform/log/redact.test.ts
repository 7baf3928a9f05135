import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Secret } from '../config/secret.ts'
import { createLog, type Log } from './log.ts'
import { looksSecret, redactText } from './redact-text.ts'
import { redactValue } from './redact-value.ts'
import { isSecretName } from './secret-names.ts'

const recorded = (write: (log: Log) => void): string => {
  const lines: string[] = []
  write(createLog({ level: 'trace', format: 'json', destination: { write: (line) => lines.push(line) } }))
  for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow()
  return lines.join('')
}

const JWT = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5LXNpZ25hdHVyZQ'
const PEM = '-----BEGIN PRIVATE KEY-----\ncanary\ncanary\n-----END PRIVATE KEY-----'

describe('canaries never reach the log (R86)', () => {
  const names = [
    'authorization',
    'cookie',
    'set-cookie',
    'password',
    'accessToken',
    'client_secret',
    'apiKey',
    'API_KEY',
  ]
  test.each([...names, 'privateKey', 'x-gpuaas-principal', 'DATABASE_URL', 'code_verifier', 'tokens'])(
    'a property named %s',
    (name) => {
      const text = recorded((log) => {
        log.info({ request: { headers: { [name]: 'canary' } }, [name]: ['canary'] }, 'sent')
        log.child({ [name]: { value: 'canary' } }).warn('bound')
        log.info(JSON.stringify({ nested: { [name]: 'canary' } }))
        log.info({ body: JSON.stringify({ [name]: 'canary' }) })
      })
      expect(text).not.toContain('canary')
      expect(text.trim().split('\n')).toHaveLength(4)
    },
  )

  test.each([
    ['a bearer token', 'authorization: Bearer canary-canary'],
    ['basic credentials', 'Basic Y2FuYXJ5OmNhbmFyeQ=='],
    ['a token of the identity provider', `token ${JWT} was refused`],
    ['an API key', 'key gpk_live_canary1234 was used'],
    ['a password in a URL', 'connect postgresql://owner:canary@db:5432/gpuaas failed'],
    ['a password with an at sign', 'redis://:can@ary:canary@cache:6379'],
    ['a query parameter', 'GET /callback?code=1&access_token=canary&state=2'],
    ['an assignment', 'DATABASE_PASSWORD=canary failed'],
    ['a private key', PEM],
  ])('%s inside a text', (_, secret) => {
    const text = recorded((log) => {
      log.info(secret)
      log.info({ detail: { list: [secret] } }, 'with %s', secret)
      log.error(new Error(secret, { cause: new Error(secret) }))
      log.error({ err: new AggregateError([new Error(secret)], secret) }, 'many')
    })
    expect(text).not.toMatch(/canary|Y2FuYXJ5/)
    expect(text.trim().split('\n')).toHaveLength(4)
  })

  test('properties of errors that hold rows, parameters and statements', () => {
    const error = Object.assign(new Error('duplicate key'), {
      code: '23505',
      detail: 'Key (email)=(canary) already exists.',
      query: 'insert canary',
      parameters: ['canary'],
    })
    const text = recorded((log) => log.error({ err: error }, 'insert failed'))
    expect(text).not.toContain('canary')
    expect(text).toContain('23505')
    expect(text).toContain('duplicate key')
  })

  test('private parameters of a JSON Web Key, while its public ones stay', () => {
    const text = recorded((log) => log.info({ key: { kty: 'OKP', x: 'public', d: 'canary' } }, 'key'))
    expect(text).not.toContain('canary')
    expect(text).toContain('public')
  })

  test('settings that are secret, bytes, and what is in maps', () => {
    const text = recorded((log) =>
      log.info(
        { url: new Secret('canary'), bytes: Buffer.from('canary'), map: new Map([['password', 'canary']]) },
        'x',
      ),
    )
    expect(text).not.toMatch(/canary|Y2FuYXJ5|99,97/)
  })

  test('a password of any characters, in JSON inside of JSON', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (before, after) => {
        const body = JSON.stringify({ input: { password: `${before}canary${after}`, name: 'kept' } })
        const text = recorded((log) => {
          log.info({ body }, 'sent %s', body)
          log.info(`refused: ${JSON.stringify({ body })}`)
        })
        expect(text).not.toContain('canary')
      }),
    )
  })

  test('wherever a credential stands in a text, and however long it is', () => {
    const around = fc.string({ unit: 'grapheme', maxLength: 40 })
    const secret = fc.stringMatching(/^[A-Za-z0-9_-]{12,80}$/)
    fc.assert(
      fc.property(around, secret, around, (before, value, after) => {
        const text = recorded((log) =>
          log.info({ a: [`${before} gpk_${value} ${after}`] }, `${before} Bearer ${value}`),
        )
        expect(text).not.toContain(value)
      }),
    )
  })
})

test('what is no secret stays readable', () => {
  const text = 'GET http://127.0.0.1:4000/graphql?at=a@b 200 in 12 ms, token expired, 3 tokens'
  expect(redactText(text)).toBe(text)
  expect(['idempotencyKey', 'publicKey', 'tokenCount', 'kid', 'secretVersion', 'monkey'].filter(isSecretName)).toEqual(
    [],
  )
  expect(looksSecret('0199c1a2-7c4e-7b6a-9d53-2f1f0c9a7e10')).toBe(false)
})

test('values that cannot be written are written as far as they can', () => {
  const circular: Record<string, unknown> = { count: 1n, at: new Date(0), call: () => undefined }
  circular['self'] = circular
  const hostile = {
    get boom(): string {
      throw new Error('no')
    },
  }
  expect(redactValue(circular)).toEqual({
    count: '1',
    at: '1970-01-01T00:00:00.000Z',
    call: '[function]',
    self: '[circular]',
  })
  expect(redactValue(hostile)).toBe('[unreadable]')
  expect(recorded((log) => log.info({ hostile, circular }, 'still written'))).toContain('still written')
})

test.each(['://a:', 'eyJ', '-----BEGIN PRIVATE KEY-----', 'token', 'password="', 'password=\\"\\', 'bearer '])(
  'a text of many %j is redacted in linear time',
  (piece) => {
    const text = piece.repeat(100_000 / piece.length)
    const begin = performance.now()
    redactText(text)
    expect(performance.now() - begin).toBeLessThan(1500)
  },
)
