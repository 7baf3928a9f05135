import { catalogued } from '../platform/errors/catalogue.ts'

export const LISTEN_REMEDY = 'If the port is taken, stop the other process or start with another PORT.'

/** Listens, and tells a taken port by its name in the catalogue. */
export const listening = async <T>(port: number, listen: () => Promise<T>): Promise<T> => {
  try {
    return await listen()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw catalogued('PORT_TAKEN', {}, { cause: error, message: `Port ${String(port)} is taken.` })
    }
    throw error
  }
}
