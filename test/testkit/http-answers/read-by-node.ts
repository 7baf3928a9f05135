import { request } from 'node:http'
import { Duplex } from 'node:stream'

/** What is compared of an answer. */
export interface Answered {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: string
}

/** A connection on which those bytes come, and then its end. */
const connectionOf = (pieces: readonly Buffer[]): Duplex => {
  const left = [...pieces]
  return new Duplex({
    read() {
      this.push(left.shift() ?? null)
    },
    write: (_chunk, _encoding, done) => done(),
  })
}

/** What Node's own client takes those bytes for, as the answer to a POST; undefined where it refuses them. */
export const readByNode = (pieces: readonly Buffer[]): Promise<Answered | undefined> =>
  new Promise((resolve) => {
    const sent = request({ method: 'POST', host: 'subgraph.example', createConnection: () => connectionOf(pieces) })
    sent.on('error', () => resolve(undefined))
    sent.on('upgrade', () => resolve(undefined))
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(undefined))
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response
        resolve({ status, contentType: headers['content-type'], body: Buffer.concat(chunks).toString('latin1') })
      })
    })
    sent.end('{}')
  })
