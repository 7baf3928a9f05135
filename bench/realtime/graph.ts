import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { PLACES, TICKS } from './ticks.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n'

/** The supergraph of both subgraphs where they listen. */
export const supergraphOf = (urls: { readonly ticks: string; readonly places: string }): string => {
  const { supergraphSdl, errors } = composeServices([
    { name: 'ticks', url: urls.ticks, typeDefs: parse(LINK + TICKS) },
    { name: 'places', url: urls.places, typeDefs: parse(LINK + PLACES) },
  ])
  if (supergraphSdl === undefined) throw new AggregateError(errors, 'The graph of the bench does not compose')
  return supergraphSdl
}
