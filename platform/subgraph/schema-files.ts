import { globSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The `schema.graphql` files of a subgraph: its own and those of its feature folders, in a stable order. A module
 * writes `schemaFiles: schemaFilesIn(import.meta.dirname)`; composition and code generation find the same.
 */
export const schemaFilesIn = (folder: string): readonly string[] =>
  globSync(['schema.graphql', '*/schema.graphql'], { cwd: folder })
    .map((file) => join(folder, file))
    .toSorted()
