export interface RawAnswer {
  readonly status: number
  /** The body as it came. */
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/** A GraphQL answer over HTTP, as far as a proof looks at it. */
export interface Answer extends RawAnswer {
  readonly data: unknown
  readonly errors: readonly { readonly path: readonly (string | number)[]; readonly code: string }[]
}

export const post = async (
  url: string,
  body: object,
  headers: Readonly<Record<string, string>>,
): Promise<RawAnswer> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: response.status, text: await response.text(), headers: Object.fromEntries(response.headers) }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const failureOf = (error: unknown): Answer['errors'][number] => {
  const { path, extensions }: Readonly<Record<string, unknown>> = isRecord(error) ? error : {}
  const code = isRecord(extensions) ? extensions['code'] : undefined
  return {
    path: Array.isArray(path) ? path.filter((key) => typeof key === 'string' || typeof key === 'number') : [],
    code: typeof code === 'string' ? code : 'UNCATALOGUED',
  }
}

export const answerOf = (raw: RawAnswer): Answer => {
  const body: unknown = raw.text.startsWith('{') ? JSON.parse(raw.text) : {}
  const { data, errors }: Readonly<Record<string, unknown>> = isRecord(body) ? body : {}
  return { ...raw, data, errors: Array.isArray(errors) ? errors.map(failureOf) : [] }
}

/** What stands at a path of an answer's data; undefined where nothing does. */
export const valueAt = (data: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), data)
