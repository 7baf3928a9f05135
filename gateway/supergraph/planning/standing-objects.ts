import { Kind } from 'graphql'
import { namedType, objectsOf, type Types } from './join-directives.ts'
import type { LinkSubgraph } from './link-joins.ts'

/** The objects of an interface, where a subgraph that knows it as one object is planned as one that knows these. */
export interface StandingObjects {
  /** The interface. */
  readonly type: string
  readonly objects: ReadonlySet<string>
}

/** A subgraph for fields of an interface object: they are of each object there, and the interface is left where it is led to. */
export const withObjects = (subgraph: LinkSubgraph, type: string, types: Types): LinkSubgraph => {
  const objects = objectsOf(type, types).filter((one) => types.get(one)?.kind === Kind.OBJECT_TYPE_DEFINITION)
  const own = subgraph.part.get(type) ?? new Set()
  const names = [...subgraph.links].map((link) => link.slice(type.length + 1))
  const part = new Map(subgraph.part)
  const leadsThere = ([of, fields]: readonly [string, ReadonlySet<string>]): boolean =>
    types.get(of)?.fields?.some((field) => fields.has(field.name.value) && namedType(field.type) === type) === true
  if ([...part].some(leadsThere)) part.set(type, own.difference(new Set(names)))
  else part.delete(type)
  for (const object of objects) part.set(object, own)
  return {
    ...subgraph,
    part,
    links: new Set([type, ...objects].flatMap((of) => names.map((name) => `${of}.${name}`))),
    standing: { type, objects: new Set(objects) },
  }
}
