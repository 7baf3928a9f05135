/** One object of fetched data. Its keys were chosen by clients: read and write them through `reader` and `writer`. */
export type DataObject = Record<string, unknown>

export type ResponsePath = readonly (string | number)[]

export const isDataObject = (value: unknown): value is DataObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export type Read = (source: DataObject) => unknown
export type Write = (target: DataObject, value: unknown) => void

/** Reads one own property; a key such as `constructor` never finds what the prototype holds. */
export const reader = (key: string): Read =>
  key in Object.prototype ? (source) => (Object.hasOwn(source, key) ? source[key] : undefined) : (source) => source[key]

/** Writes one own property; the key `__proto__` becomes data, never the prototype. */
export const writer = (key: string): Write =>
  key === '__proto__'
    ? (target, value) => {
        Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
      }
    : (target, value) => {
        target[key] = value
      }
