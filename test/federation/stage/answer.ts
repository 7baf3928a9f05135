/** What an answer says, however it came: its data as JSON, where its errors are, and whom it took. */
export interface Answer {
  readonly data: string
  /** Places of errors, as text in order. */
  readonly errors: readonly string[]
}

interface Answered {
  readonly data?: unknown
  readonly errors?: readonly { readonly path?: readonly (string | number)[] | undefined }[] | undefined
}

export const answerOf = ({ data, errors = [] }: Answered): Answer => ({
  data: JSON.stringify(data ?? null),
  errors: [...new Set(errors.map(({ path = [] }) => path.join('.')))].toSorted(),
})
