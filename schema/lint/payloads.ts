import { print } from 'graphql'
import type { Finding } from './finding.ts'
import { namedType, rootFields, type GraphView } from './graph-view.ts'
import type { TypeView } from './type-views.ts'

const PAYLOAD = /^(\w+)Payload$/

const fieldText = (type: TypeView | undefined, name: string): string | undefined => {
  const field = type?.fields.get(name)
  return field && print(field.type)
}

/** `CreateJobPayload { userErrors: [CreateJobUserError!]! }`, whose `code` is one of the closed list `CreateJobErrorCode`. */
const tellsRefusals = ({ types }: GraphView, payload: string): boolean => {
  const [, subject] = PAYLOAD.exec(payload) ?? []
  if (subject === undefined) return false
  const refusal = types.get(`${subject}UserError`)
  return (
    fieldText(types.get(payload), 'userErrors') === `[${subject}UserError!]!` &&
    refusal?.interfaces.has('UserError') === true &&
    fieldText(refusal, 'code') === `${subject}ErrorCode!` &&
    types.get(`${subject}ErrorCode`)?.kind === 'enum'
  )
}

/** Every mutation of the product's own graph tells its expected refusals in its payload, each by a code of a closed list. */
export const lintPayloads = (view: GraphView): readonly Finding[] =>
  [...view.roots]
    .filter(([, kind]) => kind === 'mutation')
    .flatMap(([root]) => rootFields(view, root).map((field) => ({ field, coordinate: `${root}.${field.name.value}` })))
    .filter(({ field }) => !tellsRefusals(view, namedType(field.type).name.value))
    .map(({ coordinate }) => ({
      coordinate,
      rule: 'payload-without-user-errors',
      message:
        'A mutation tells expected refusals: return `XPayload` with `userErrors: [XUserError!]!`, whose `code` is an `XErrorCode!`.',
    }))
