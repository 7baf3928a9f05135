/** The operation that a request names. An empty name is none: tools send it where their user chose nothing. */
export const operationNameOf = (given: string | null | undefined): string | undefined =>
  given === null || given === '' ? undefined : given
