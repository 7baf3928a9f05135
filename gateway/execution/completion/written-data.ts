import { joined, type Pieces } from './pieces.ts'

const PIECES = Symbol('what was written')

/** The `data` of a result. */
export type Data = Record<string, unknown>

/**
 * The data of an answer that is written already, for those that look into it nevertheless (Apollo plugins, tests): an
 * object like any other, parsed from what was written when it is first touched. What a plugin changes in it is sent.
 */
export const writtenData = (pieces: Pieces): Data => new Proxy<Data>({}, new WrittenData(pieces))

/** What was written of data that nobody has touched; undefined for any other data. */
export const piecesOf = (data: unknown): Pieces | undefined => {
  if (typeof data !== 'object' || data === null) return undefined
  return (data as { readonly [PIECES]?: Pieces })[PIECES] // a symbol that nothing else has
}

class WrittenData implements ProxyHandler<Data> {
  #pieces: Pieces | undefined

  constructor(pieces: Pieces) {
    this.#pieces = pieces
  }

  /** The target with its fields. Once somebody has it, what it holds is what counts. */
  #read(target: Data): Data {
    const pieces = this.#pieces
    if (pieces === undefined) return target
    this.#pieces = undefined
    const data = JSON.parse(joined(pieces)) as Data // the writer writes objects alone
    Object.defineProperties(target, Object.getOwnPropertyDescriptors(data))
    return target
  }

  get(target: Data, key: string | symbol): unknown {
    if (key === PIECES) return this.#pieces
    return Reflect.get(this.#read(target), key)
  }

  set(target: Data, key: string | symbol, value: unknown): boolean {
    return Reflect.set(this.#read(target), key, value)
  }

  has(target: Data, key: string | symbol): boolean {
    return Reflect.has(this.#read(target), key)
  }

  ownKeys(target: Data): (string | symbol)[] {
    return Reflect.ownKeys(this.#read(target))
  }

  getOwnPropertyDescriptor(target: Data, key: string | symbol): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.#read(target), key)
  }

  defineProperty(target: Data, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.#read(target), key, descriptor)
  }

  deleteProperty(target: Data, key: string | symbol): boolean {
    return Reflect.deleteProperty(this.#read(target), key)
  }

  preventExtensions(target: Data): boolean {
    return Reflect.preventExtensions(this.#read(target))
  }
}
