import { entryOf, isErrorCode, type ErrorCode } from './catalogue.ts'
import { ACCESS_CODES } from './codes/access.ts'
import { OPERATION_CODES } from './codes/operation.ts'
import { REQUEST_CODES } from './codes/request.ts'
import { SERVICE_CODES } from './codes/service.ts'
import { START_CODES } from './codes/start.ts'

const GROUPS = [
  { title: 'Who is calling, and what they may reach', codes: ACCESS_CODES },
  { title: 'The request', codes: REQUEST_CODES },
  { title: 'The operation', codes: OPERATION_CODES },
  { title: 'Behind the graph', codes: SERVICE_CODES },
  { title: 'Starting the server', codes: START_CODES },
]

const INTRODUCTION = `# Errors

Every error of the graph has this shape, whatever went wrong:

\`\`\`json
{
  "message": "${entryOf('CAPABILITY_REQUIRED').message}",
  "path": ["createBucket"],
  "extensions": {
    "code": "CAPABILITY_REQUIRED",
    "correlationId": "0199c1a2-7c4e-7b6a-9d53-2f1f0c9a7e10",
    "retryable": false,
    "docsUrl": "https://docs.gpuaas.example/errors#CAPABILITY_REQUIRED",
    "capability": "STORAGE_BUCKET_CREATE"
  }
}
\`\`\`

- \`code\` is one of the codes on this page. The list only grows: treat a code that you do not know like \`INTERNAL\`.
- \`correlationId\` is the one to give to support; the response header \`x-correlation-id\` has it too.
- \`retryable\` says whether the same request may succeed later without change.
- An error with a \`path\` concerns that field alone; the rest of the answer is valid. The HTTP status below is that of
  a response that failed as a whole.
- What a mutation expects to refuse (a name that is taken, a quota) is no error but a \`userErrors\` entry of its payload.
`

const section = (code: ErrorCode): string => {
  const { message, retryable, httpStatus, when, remedy } = entryOf(code)
  const status = httpStatus === undefined ? '' : ` · HTTP status ${httpStatus.toString()}`
  return [
    `### ${code}`,
    '',
    `<a id="${code}"></a>“${message}”`,
    '',
    `${retryable ? 'Retryable' : 'Not retryable'}${status}`,
    '',
    `**When.** ${when}`,
    '',
    `**What to do.** ${remedy}`,
    '',
  ].join('\n')
}

/** The text of `docs/errors.md`: one section for each code, its anchor the code itself. */
export const errorsPage = (): string =>
  [
    '<!-- Generated from platform/errors by `npm run docs`. -->',
    '',
    INTRODUCTION,
    ...GROUPS.flatMap(({ title, codes }) => [
      `## ${title}`,
      '',
      ...Object.keys(codes).filter(isErrorCode).map(section),
    ]),
  ].join('\n')
