import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { GraphQLError, parse, type DocumentNode } from 'graphql'
import { withScopeDefinitions } from './scope-header.ts'
import { err, ok, type Result } from '../platform/result/result.ts'

const EXTENSION = '.graphql'

const reasonOf = (error: unknown): string => {
  if (error instanceof GraphQLError) {
    const [at] = error.locations ?? []
    return `${at === undefined ? '' : `line ${at.line}, column ${at.column}: `}${error.message}`
  }
  return error instanceof Error ? error.message : String(error)
}

/** A path without symbolic links, as far as its folder exists. */
const realPath = (path: string): string => {
  try {
    return join(realpathSync(dirname(resolve(path))), basename(path))
  } catch {
    return resolve(path)
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The subgraphs of a folder: each `NAME.graphql`, by NAME, in order, with the published definitions where it only
 * links the scope family. `except` is a file to pass over, such as the supergraph of an earlier run. Says in one line
 * what cannot be read.
 */
export const readSdlFolder = (folder: string, except?: string): Result<ReadonlyMap<string, DocumentNode>, string> => {
  const passed = except === undefined ? undefined : realPath(except)
  let names: readonly string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith(EXTENSION) && name !== EXTENSION)
  } catch (error) {
    return err(`${folder} cannot be read: ${reasonOf(error)}`)
  }
  const files = names.map((name) => join(folder, name)).filter((file) => realPath(file) !== passed)
  if (files.length === 0) return err(`${folder} holds no NAME${EXTENSION} file`)
  const subgraphs = new Map<string, DocumentNode>()
  for (const file of files.toSorted()) {
    try {
      const document = parse(decoder.decode(readFileSync(file)))
      subgraphs.set(basename(file, EXTENSION), withScopeDefinitions(document))
    } catch (error) {
      return err(`${file} cannot be read: ${reasonOf(error)}`)
    }
  }
  return ok(subgraphs)
}
