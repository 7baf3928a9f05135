import { expect } from '@jest/globals'
import { ask, type Answer, type Product } from './product.ts'
import { SERVICE_ACCOUNT_CAPABILITIES } from '../../directives/capabilities.ts'
import { TELESCOPE, VISION } from '../e2e/demo-ids.ts'

export const OWNER = 'owner@northwind.example'
export const AURORA_OWNER = 'owner@aurora.example'
export const OPERATOR = 'operator@gpuaas.example'

export const READ = 'query ($id: ID!) { project(id: $id) { name } }'

/** A mutation with one input, its user errors selected. */
export const mutationOf = (name: string, selection: string): string => {
  const type = name.charAt(0).toUpperCase() + name.slice(1)
  return `mutation ($input: ${type}Input!) { ${name}(input: $input) { ${selection} userErrors { code } } }`
}

export const CREATE_ACCOUNT = mutationOf('createServiceAccount', 'serviceAccount { id }')
const CREATE_KEY = mutationOf('createApiKey', 'apiKey { id } secret')

/** The text of the first field of this name in an answer. */
export const textIn = (answer: Answer, field: string): string => {
  const found = new RegExp(`"${field}":"([^"]+)"`).exec(answer.text)?.[1]
  if (found === undefined) throw new Error(`There is no ${field} in ${answer.text}`)
  return found
}

export const codesOf = ({ errors }: Answer): readonly string[] => errors.map(({ extensions }) => extensions.code)

export interface MadeKey {
  readonly accountId: string
  readonly keyId: string
  readonly secret: string
}

let names = 0

/** People and programs of the demo who ask a whole product, at its second gateway where there is one. */
export const demoCallers = (product: () => Product) => {
  const gatewayOf = (index: number): string => {
    const { urls } = product()
    return urls[index % urls.length] ?? urls[0]
  }

  /** A mutation by somebody who just showed a second factor; it must succeed. */
  const sensitive = async (email: string, query: string, input: object): Promise<Answer> => {
    const answer = await ask(gatewayOf(0), query, {
      variables: { input },
      token: await product().tokenOf(email, 'multi'),
    })
    expect([answer.text, answer.errors]).toEqual([expect.not.stringContaining('"userErrors":[{'), []])
    return answer
  }

  /** A new service account of a project with one key. */
  const makeKey = async (
    project = VISION,
    more: { readonly capabilities?: readonly string[]; readonly expiresAt?: string } = {},
  ): Promise<MadeKey> => {
    const email = project === TELESCOPE ? AURORA_OWNER : OWNER
    const name = `suite ${(names += 1).toString()} ${Date.now().toString(36)}`
    const account = await sensitive(email, CREATE_ACCOUNT, { projectId: project, name })
    const accountId = textIn(account, 'id')
    const capabilities = [...SERVICE_ACCOUNT_CAPABILITIES]
    const made = await sensitive(email, CREATE_KEY, { serviceAccountId: accountId, capabilities, ...more })
    return { accountId, keyId: textIn(made, 'id'), secret: textIn(made, 'secret') }
  }

  const read = (token: string, id = VISION, gateway = 0) => ask(gatewayOf(gateway), READ, { variables: { id }, token })

  /** What a credential is answered, at both gateways: its refusal or `ok`. */
  const answersOf = async (token: string): Promise<readonly string[]> => {
    const answers = await Promise.all([read(token), read(token, VISION, 1)])
    return answers.map((answer) => codesOf(answer)[0] ?? 'ok')
  }

  return { gatewayOf, sensitive, makeKey, read, answersOf }
}
