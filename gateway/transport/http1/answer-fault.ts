import { catalogued } from '../../../platform/errors/catalogue.ts'

/** What came is no answer of HTTP/1.1, or says in two ways where it ends: nothing behind it on its connection can be trusted. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer'
}

/** An answer has a larger body than is taken in: `SUBGRAPH_INVALID_RESPONSE`. */
export const answerTooLarge = (maxBytes: number) =>
  catalogued('SUBGRAPH_INVALID_RESPONSE', {}, { cause: new Error(`The answer is larger than ${maxBytes} bytes`) })
