/** What the catalogue says of one code: what callers are sent, and what `docs/errors.md` explains. */
export interface CatalogueEntry {
  /** Sent to callers as it stands: one sentence without identifiers of anything. */
  readonly message: string
  /** The same request, sent again later without change, may succeed. */
  readonly retryable: boolean
  /** The status of an HTTP response that failed as a whole with this code; an error at one field leaves it 200. */
  readonly httpStatus?: number
  /** A more specific message written by the product may replace `message`: it names the caller's own input only. */
  readonly specific?: true
  /** When it happens. */
  readonly when: string
  /** What the reader of the error can do. */
  readonly remedy: string
}
