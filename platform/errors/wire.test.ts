import { describe, expect, test } from '@jest/globals'
import { buildSchema, execute, graphql, GraphQLError, parse, validate } from 'graphql'
import { catalogued, entryOf } from './catalogue.ts'
import { httpStatusOf, isFault, toWireError } from './wire.ts'

const CONTEXT = { correlationId: 'correlation-1' }

const schema = buildSchema('type Query { project(id: ID!, first: Int): String } ')

const resolvedWith = async (thrown: unknown): Promise<GraphQLError> => {
  const project = (): never => {
    throw thrown
  }
  const { errors } = await execute({ schema, document: parse('{ project(id: "a") }'), rootValue: { project } })
  const [error] = errors ?? []
  if (error === undefined) throw new Error('no error')
  return error
}

test('an error of the catalogue keeps code, message, path and details, and says where it is documented', async () => {
  const thrown = catalogued('CAPABILITY_REQUIRED', { capability: 'STORAGE_BUCKET_CREATE', rule: 'projectScoped' })
  expect(toWireError(await resolvedWith(thrown), CONTEXT)).toEqual({
    message: entryOf('CAPABILITY_REQUIRED').message,
    path: ['project'],
    extensions: {
      code: 'CAPABILITY_REQUIRED',
      correlationId: 'correlation-1',
      retryable: false,
      docsUrl: 'https://docs.gpuaas.example/errors#CAPABILITY_REQUIRED',
      capability: 'STORAGE_BUCKET_CREATE',
      rule: 'projectScoped',
    },
  })
})

test('the documentation address is that of the deployment', () => {
  const wire = toWireError(catalogued('INVALID_ID'), { ...CONTEXT, docsBaseUrl: 'https://docs.example.com/graph' })
  expect(wire.extensions.docsUrl).toBe('https://docs.example.com/graph/errors#INVALID_ID')
})

describe('what is unknown is masked', () => {
  const sql = 'select * from compute.allocations where secret = canary'
  test.each([
    ['a fault', new Error(sql)],
    ['a fault with a code of its own', Object.assign(new Error(sql), { code: 'INVALID_INPUT', extensions: { sql } })],
    [
      'a GraphQL error with a code outside the catalogue',
      new GraphQLError(sql, { extensions: { code: 'P2002', sql } }),
    ],
    ['a GraphQL error without a code', new GraphQLError(sql)],
    ['a text', sql],
    ['nothing', undefined],
    ['a received error', { message: sql, extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'canary' } }],
  ])('%s', (_, thrown) => {
    const wire = toWireError(thrown, CONTEXT)
    expect(wire.extensions.code).toBe('INTERNAL')
    expect(isFault(wire)).toBe(true)
    expect(JSON.stringify(wire)).not.toContain('canary')
  })

  test('a fault inside a resolver keeps its path alone', async () => {
    const wire = toWireError(await resolvedWith(new Error(sql)), CONTEXT)
    expect(wire).toEqual({
      message: entryOf('INTERNAL').message,
      path: ['project'],
      extensions: {
        code: 'INTERNAL',
        correlationId: 'correlation-1',
        retryable: true,
        docsUrl: 'https://docs.gpuaas.example/errors#INTERNAL',
      },
    })
  })

  test('stack, cause and position never leave, whatever the code', async () => {
    const thrown = catalogued('DATABASE_UNAVAILABLE', {}, { cause: new Error(sql) })
    const text = JSON.stringify(toWireError(await resolvedWith(thrown), CONTEXT))
    expect(text).not.toMatch(/canary|stack|locations|cause/)
  })

  test('extension fields outside the closed list, and values that are no text or number, are dropped', () => {
    const received = {
      message: 'anything',
      extensions: {
        code: 'INVALID_ID',
        argument: 'id',
        serviceName: 'canary',
        stacktrace: ['canary'],
        limit: { canary: 1 },
      },
    }
    const wire = toWireError(received, CONTEXT)
    expect(wire.extensions).toEqual({ ...toWireError(catalogued('INVALID_ID'), CONTEXT).extensions, argument: 'id' })
  })
})

describe('what graphql-js finds wrong with a request', () => {
  test('variables of the wrong type are INVALID_INPUT, said without suggestions', async () => {
    const source = 'query($first: Int) { project(id: "a", first: $first) }'
    const { errors } = await graphql({ schema, source, variableValues: { first: 'ten' } })
    const wire = toWireError(errors?.[0], CONTEXT)
    expect(wire.extensions.code).toBe('INVALID_INPUT')
    expect(wire.message).toContain('$first')
  })

  test('a missing argument found while executing is INVALID_INPUT at its path', async () => {
    const { errors } = await graphql({
      schema,
      source: 'query($id: ID! = "a") { project(id: $id) }',
      variableValues: { id: null },
    })
    expect(toWireError(errors?.[0], CONTEXT).extensions.code).toBe('INVALID_INPUT')
  })

  test('a syntax error is GRAPHQL_PARSE_FAILED', async () => {
    const { errors } = await graphql({ schema, source: '{ project(' })
    expect(toWireError(errors?.[0], CONTEXT).extensions.code).toBe('GRAPHQL_PARSE_FAILED')
  })

  test('suggestions are taken out of the message', () => {
    const [found] = validate(schema, parse('{ projekt(id: "a") }'))
    expect(found?.message).toContain('Did you mean')
    const labelled = new GraphQLError(found?.message ?? '', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })
    expect(toWireError(labelled, CONTEXT).message).toBe('Cannot query field "projekt" on type "Query".')
  })

  test.each([
    ['BAD_USER_INPUT', 'INVALID_INPUT'],
    ['OPERATION_RESOLUTION_FAILURE', 'OPERATION_NOT_FOUND'],
  ])('Apollo’s %s is %s', (apollo, code) => {
    const error = new GraphQLError('x', { extensions: { code: apollo } })
    expect(toWireError(error, CONTEXT).extensions.code).toBe(code)
  })
})

test('a received error keeps its code, and its message only where the entry is specific', () => {
  const received = (code: string) => ({ message: 'first must be at most 100', path: ['a', 0], extensions: { code } })
  expect(toWireError(received('INVALID_INPUT'), CONTEXT)).toMatchObject({
    message: 'first must be at most 100',
    path: ['a', 0],
  })
  expect(toWireError(received('PROJECT_ACCESS_DENIED'), CONTEXT).message).toBe(entryOf('PROJECT_ACCESS_DENIED').message)
})

test('codes without an HTTP status of their own leave the response 200', () => {
  expect(httpStatusOf('PROJECT_ACCESS_DENIED')).toBe(200)
  expect(httpStatusOf('UNAUTHENTICATED')).toBe(401)
})
