import { OPERATION_CODES } from '../../platform/errors/codes/operation.ts'
import { joined } from '../execution/completion/pieces.ts'
import { isWhole, type HttpAnswer } from './answer.ts'

/** What is wrong with an operation, not with the request that brought it. */
const OF_OPERATION = new Set<unknown>([...Object.keys(OPERATION_CODES), 'INVALID_INPUT'])

/**
 * The status of an answer as `application/json`: 200 for every well-formed request, whatever is wrong with its document
 * or variables (GraphQL over HTTP, section 6.4.1). What is no such request, and who may not ask at all, stays what it is.
 */
export const legacyStatus = ({ status, body }: HttpAnswer): number =>
  status === 400 && isWhole(body) && codesOf(joined(body)).every((code) => OF_OPERATION.has(code)) ? 200 : status

const codesOf = (text: string): readonly unknown[] => {
  const { errors } = JSON.parse(text) as { errors?: { extensions?: { code?: unknown } }[] } // written by this process
  return errors?.map(({ extensions }) => extensions?.code) ?? [undefined]
}
