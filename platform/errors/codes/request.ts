import type { CatalogueEntry } from '../entry.ts'

/** What is wrong with the request as it was sent. */
export const REQUEST_CODES = {
  INVALID_ID: {
    message: 'An id is missing or malformed.',
    retryable: false,
    when: 'The value of `extensions.argument` is null, empty or not an id of the graph, so that nothing could be decided or fetched.',
    remedy: 'Send ids exactly as the graph returned them; they are opaque.',
  },
  INVALID_INPUT: {
    message: 'The input is not valid.',
    retryable: false,
    httpStatus: 400,
    specific: true,
    when: 'A variable or argument has the wrong type, is missing, is out of range or cannot be read as its scalar.',
    remedy: 'Correct the value that the message names.',
  },
  INVALID_CURSOR: {
    message: 'The cursor is not valid for this list.',
    retryable: false,
    when: 'The cursor was changed, or belongs to another list, filter or order.',
    remedy: 'Start again without a cursor; use cursors only with the list, filter and order that returned them.',
  },
  NOT_FOUND: {
    message: 'There is no such thing here.',
    retryable: false,
    when: 'The id is well formed and its owner is yours, but nothing has that id (any more).',
    remedy: 'Read the list again; the thing may have been deleted.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    message: 'The idempotency key was used before with a different input.',
    retryable: false,
    when: 'A mutation with the same `idempotencyKey` and another input succeeded within the last 24 hours.',
    remedy: 'Use a new key for a new intent; repeat a key only with the same input.',
  },
  BAD_REQUEST: {
    message: 'The request is not a GraphQL request.',
    retryable: false,
    httpStatus: 400,
    specific: true,
    when: 'The request has no `query`, or `query`, `variables`, `operationName` or `extensions` have the wrong type.',
    remedy: 'Send a JSON object with a `query` text, and optionally `variables` and `operationName`.',
  },
  INVALID_JSON: {
    message: 'The body is not valid JSON.',
    retryable: false,
    httpStatus: 400,
    when: 'The body is empty or cannot be parsed as JSON.',
    remedy: 'Send a JSON object encoded as UTF-8.',
  },
  BODY_TOO_LARGE: {
    message: 'The body is too large.',
    retryable: false,
    httpStatus: 413,
    when: 'The body is larger than `MAX_BODY_BYTES`.',
    remedy: 'Send less in one request: fewer operations, smaller variables.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    message: 'The content type is not supported.',
    retryable: false,
    httpStatus: 415,
    when: 'The body is sent with a content type other than `application/json`.',
    remedy: 'Send `content-type: application/json`.',
  },
  NOT_ACCEPTABLE: {
    message: 'None of the accepted media types can be produced.',
    retryable: false,
    httpStatus: 406,
    when: 'The `accept` header allows neither `application/json` nor `application/graphql-response+json`.',
    remedy: 'Accept one of the two, or leave the header out.',
  },
  METHOD_NOT_ALLOWED: {
    message: 'The method is not allowed here.',
    retryable: false,
    httpStatus: 405,
    when: 'The address exists, but not for this method; or a mutation was sent by GET.',
    remedy: 'Use POST for operations; the `allow` header lists what the address accepts.',
  },
  ROUTE_NOT_FOUND: {
    message: 'There is nothing at this address.',
    retryable: false,
    httpStatus: 404,
    when: 'The path of the URL is not served.',
    remedy: 'The graph is at `/graphql`.',
  },
} as const satisfies Record<string, CatalogueEntry>
