import { Supergraph } from '@apollo/federation-internals'
import { QueryPlanner } from '@apollo/query-planner'
import { parse, type DocumentNode } from 'graphql'

/**
 * The planner of a supergraph, and the supergraph that it holds, made as @apollo/gateway 2.14 makes them: the features that
 * it supports by default, the schema validated. Its fetches hold what they ask as documents, by whose nodes they are told and
 * split. Throws what is wrong with the SDL. `maxPaths`: with more ways to one field it gives up, with words that
 * `TOO_MANY_PATHS` knows; they may be so many that no memory holds them.
 */
export const plannerOf = (sdl: string, maxPaths: number | null = null): QueryPlanner => {
  const made = (source: string | DocumentNode) =>
    new QueryPlanner(Supergraph.build(source, { validateSupergraph: true }), {
      exposeDocumentNodeInFetchNode: true,
      debug: { pathsLimit: maxPaths },
    })
  try {
    // Without places in the text: with them the planner would keep every token, a third of its memory.
    return made(parse(sdl, { noLocation: true }))
  } catch {
    // What is refused is read once more, for words that name the place.
    return made(sdl)
  }
}

/** How a planner says that it gave up. */
export const TOO_MANY_PATHS = /^Too many options generated/
