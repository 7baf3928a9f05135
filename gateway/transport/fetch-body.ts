import { Kind, OperationTypeNode } from 'graphql'
import { catalogued } from '../../platform/errors/catalogue.ts'
import type { PreparedFetch } from './transport.ts'

/** What is sent for a fetch, and whether it may be sent again when nobody knows what became of it. */
export interface FetchBody {
  readonly text: string
  readonly isRepeatable: boolean
}

interface Constant {
  readonly prefix: string
  readonly isRepeatable: boolean
}

/** The bodies of fetches, their constant parts made once. */
export const fetchBodies = () => {
  const constants = new WeakMap<PreparedFetch, Constant>()
  return {
    of: (fetch: PreparedFetch, variables: Readonly<Record<string, unknown>>): FetchBody => {
      let constant = constants.get(fetch)
      if (!constant) constants.set(fetch, (constant = constantOf(fetch)))
      return { text: `${constant.prefix}${textOf(variables)}}`, isRepeatable: constant.isRepeatable }
    },
  }
}

/** Data of one subgraph for another may be too deep to be written: that is no failure of who was to get it. */
const textOf = (variables: Readonly<Record<string, unknown>>): string => {
  try {
    return JSON.stringify(variables)
  } catch (error) {
    throw catalogued('INTERNAL', {}, { cause: error })
  }
}

const constantOf = ({ operation, operationName, document }: PreparedFetch): Constant => {
  const name = operationName === undefined ? '' : `,"operationName":${JSON.stringify(operationName)}`
  return {
    prefix: `{"query":${JSON.stringify(operation)}${name},"variables":`,
    isRepeatable: document.definitions.every(
      (node) => node.kind !== Kind.OPERATION_DEFINITION || node.operation === OperationTypeNode.QUERY,
    ),
  }
}
