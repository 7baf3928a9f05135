import { readFile } from 'node:fs/promises'
import { catalogued } from '../../platform/errors/catalogue.ts'

export const readSupergraphFile = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw catalogued(
      'SUPERGRAPH_INVALID',
      {},
      { message: `The supergraph file cannot be read: ${reason}`, cause: error },
    )
  }
}
