import { Supergraph } from '@apollo/federation-internals'
import { QueryPlanner } from '@apollo/query-planner'
import { parse, type DocumentNode } from 'graphql'

/**
 * The planner of a supergraph, and the supergraph that it holds, made as @apollo/gateway 2.14 makes them: the features that
 * it supports by default, the schema validated. Its fetches hold what they ask as documents, by whose nodes they are told and
 * split. Throws what is wrong with the SDL.
 */
export const plannerOf = (sdl: string): QueryPlanner => {
  const made = (source: string | DocumentNode) =>
    new QueryPlanner(Supergraph.build(source, { validateSupergraph: true }), { exposeDocumentNodeInFetchNode: true })
  try {
    // Without places in the text: with them the planner would keep every token, a third of its memory.
    return made(parse(sdl, { noLocation: true }))
  } catch {
    // What is refused is read once more, for words that name the place.
    return made(sdl)
  }
}
