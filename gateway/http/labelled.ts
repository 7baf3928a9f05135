import type { HttpAnswer } from './answer.ts'
import { legacyStatus } from './legacy-status.ts'
import type { AnswerType } from './media-type.ts'

/** Gives a GraphQL answer the media type, and the status, that its client asked for; what is none stays as it is. */
export const labelled = (answer: HttpAnswer, { mediaType, isLegacy }: AnswerType): HttpAnswer => {
  const given = answer.headers['content-type']
  if (given !== undefined && !/^application\/(?:graphql-response\+)?json\b/.test(given)) return answer
  const headers = { ...answer.headers, 'content-type': `${mediaType}; charset=utf-8` }
  return { body: answer.body, headers, status: isLegacy ? legacyStatus(answer) : answer.status }
}
