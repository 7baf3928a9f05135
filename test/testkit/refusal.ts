import { readFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { ERROR_CATALOGUE, isErrorCode, type ErrorCode } from '../../platform/errors/catalogue.ts'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface RawRequest {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** Sends what it is told to, and nothing else: no content type, no `accept`. */
export const send = async (
  url: string,
  { method = 'POST', path = '/graphql', headers = {}, body }: RawRequest,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const sent = request(new URL(url), { method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })

/** What must not be in anything a caller reads: stacks and paths, SQL and its errors, parts of the inside, suggestions. */
const LEAKS = [
  /\bat (?:async )?[\w.<>]+ \(/,
  /node_modules|file:\/\/|\.[tj]s:\d+/,
  /\b(?:select|insert into|update|delete from)\b.+\b(?:from|values|set|where)\b/i,
  /prisma|postgres|violates|relation "|ECONN|\b(?:iam|compute|app_platform|app-platform|storage|billing)\b/,
  /did you mean/i,
  /"stacktrace"|"exception"/,
]

/** A failure as a client reads it, of whatever answer. */
export interface WireFailure {
  readonly message: string
  readonly path?: readonly (string | number)[]
  readonly extensions: Readonly<Record<string, unknown>>
}

/**
 * Asserts that failures are what the documentation promises (R84), whatever went wrong: a message, a code of the
 * catalogue that has its section in docs/errors.md, a correlation id, and nothing of the inside. Gives the codes.
 */
export const expectCatalogued = async (failures: readonly WireFailure[]): Promise<readonly ErrorCode[]> => {
  const document = await readFile(join(import.meta.dirname, '../../docs/errors.md'), 'utf8')
  return failures.map(({ message, path, extensions, ...rest }) => {
    const { code } = extensions
    if (!isErrorCode(code)) throw new Error(`Not of the catalogue: ${JSON.stringify({ message, extensions })}`)
    expect(rest).toEqual({})
    expect(message).not.toBe('')
    expect(extensions).toMatchObject({
      correlationId: expect.stringMatching(/^[\w-]{8,}$/),
      retryable: ERROR_CATALOGUE[code].retryable,
      docsUrl: `https://docs.gpuaas.example/errors#${code}`,
    })
    expect(document).toContain(`<a id="${code}"></a>`)
    const told = JSON.stringify({ message, extensions })
    for (const leak of LEAKS) expect(told).not.toMatch(leak)
    return code
  })
}

/** The failures of an answer, each asserted to be what is promised, under the correlation id of its header. */
export const failuresOf = async ({ text, headers }: RawAnswer): Promise<readonly ErrorCode[]> => {
  expect(headers['content-type']).toMatch(/^application\/(?:graphql-response\+)?json/)
  const { errors = [] } = JSON.parse(text) as { errors?: WireFailure[] } // the shape of every GraphQL answer
  const correlationId = headers['x-correlation-id']
  for (const { extensions } of errors) expect(extensions['correlationId']).toBe(correlationId)
  return expectCatalogued(errors)
}
