import { getNamedType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql'
import {
  argumentsOf,
  called,
  filterOf,
  holdsList,
  isList,
  nodeOf,
  queryOf,
  type Giver,
  type Step,
} from './list-query.ts'
import type { Answer } from './product.ts'

interface Page {
  readonly totalCount: number | null
  readonly edges: readonly { readonly cursor: string }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean }
}

/** One list of one parent, as it was walked: the totals that its pages told, and how many entries they held together. */
export interface WalkedList {
  readonly coordinate: string
  /** Its filter; empty for the whole list. */
  readonly through: string
  readonly totals: readonly (number | null)[]
  readonly entries: number
  /** What was told to a cursor of another list or filter: codes of refusals. */
  readonly misplaced: readonly string[]
}

export interface Walker extends Giver {
  readonly schema: GraphQLSchema
  readonly ask: (query: string) => Promise<Answer>
}

const SIZES = [1, 2, 3, 7, 20, 100] as const
/** Lists of each coordinate, and entries of each list to look below. */
const PARENTS = 2
/** After so many the rest is read in large ones. */
const SMALL_PAGES = 3

type Above = ReadonlySet<string>

/** The page in an answer; undefined where the caller has no such list. */
const pageIn = (value: unknown): Page | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  if ('totalCount' in value) return value as Page // as it is selected below
  return Object.values(value)
    .map(pageIn)
    .find((page) => page !== undefined)
}

const PAGE = 'totalCount edges { cursor } pageInfo { hasNextPage hasPreviousPage }'

const DIRECTIONS = {
  forward: { size: 'first', beyond: 'after', hasMore: ({ pageInfo }: Page) => pageInfo.hasNextPage },
  backward: { size: 'last', beyond: 'before', hasMore: ({ pageInfo }: Page) => pageInfo.hasPreviousPage },
}

/** Walks a list to its end; undefined where the caller has no such list. */
const walkOnce = async (path: readonly Step[], field: Step['field'], filter: readonly string[], walker: Walker) => {
  const { size, beyond, hasMore } = DIRECTIONS[walker.random(2) === 0 ? 'forward' : 'backward']
  const pageSize = SIZES[walker.random(SIZES.length)] ?? 1
  const totals: (number | null)[] = []
  const cursors: string[] = []
  const read = async (count: number): Promise<Page | undefined> => {
    const last = cursors.at(-1)
    const place = [`${size}: ${String(count)}`, ...(last === undefined ? [] : [`${beyond}: ${JSON.stringify(last)}`])]
    const args = [...(argumentsOf(field, walker) ?? []), ...filter, ...place]
    const page = pageIn((await walker.ask(queryOf(path, `${called(field.name, args)} { ${PAGE} }`, walker))).data)
    if (page === undefined) return undefined
    const held = page.edges.map(({ cursor }) => cursor)
    cursors.push(...(size === 'first' ? held : held.toReversed()))
    totals.push(page.totalCount)
    return page
  }
  for (let page = await read(pageSize); ; page = await read(totals.length < SMALL_PAGES ? pageSize : 100)) {
    if (page === undefined) return undefined
    if (!hasMore(page)) break
  }
  // Behind its last entry a page is empty, and tells the total all the same.
  if (cursors.length > 0) await read(1)
  return { totals, cursors: size === 'first' ? cursors : cursors.toReversed() }
}

/** What grew or shrank while it was walked is walked again. */
const walkList = async (path: readonly Step[], field: Step['field'], filter: readonly string[], walker: Walker) => {
  for (let attempt = 1; ; attempt += 1) {
    const list = await walkOnce(path, field, filter, walker)
    if (attempt === 4 || list?.totals.every((total) => total === list.cursors.length) !== false) return list
  }
}

/** Asks for a page beyond a cursor; the codes of its refusals. */
const refusalsOf = async (
  path: readonly Step[],
  field: Step['field'],
  filter: readonly string[],
  cursor: string,
  walker: Walker,
): Promise<readonly string[]> => {
  const args = [...(argumentsOf(field, walker) ?? []), ...filter, `after: ${JSON.stringify(cursor)}`]
  const { errors } = await walker.ask(queryOf(path, `${called(field.name, args)} { totalCount }`, walker))
  return errors.length === 0 ? ['none'] : errors.map(({ extensions }) => extensions.code)
}

/** Walks lists of every kind that a caller can reach from the root. */
export const walkLists = async (walker: Walker): Promise<readonly WalkedList[]> => {
  const walked: WalkedList[] = []
  let other: { readonly coordinate: string; readonly cursor: string } | undefined

  const walkBelow = async (type: GraphQLObjectType, field: Step['field'], path: readonly Step[], above: Above) => {
    const coordinate = `${type.name}.${field.name}`
    if (walked.filter((list) => list.coordinate === coordinate).length >= 2 * PARENTS) return
    const whole = await walkList(path, field, [], walker)
    if (whole === undefined) return
    const filter = filterOf(field, walker)
    const part = await walkList(path, field, filter, walker)
    const [cursor] = whole.cursors
    const elsewhere = other && other.coordinate !== coordinate ? other.cursor : undefined
    const ofOther = elsewhere === undefined ? [] : await refusalsOf(path, field, [], elsewhere, walker)
    // A filter that leaves nothing out may be none: then the cursor is at home.
    const isNarrower = part !== undefined && part.cursors.length < whole.cursors.length
    const ofWhole = cursor !== undefined && isNarrower ? await refusalsOf(path, field, filter, cursor, walker) : []
    if (cursor !== undefined) other = { coordinate, cursor }
    const found = [
      { through: '', list: whole, misplaced: ofOther },
      { through: filter.join(', '), list: part, misplaced: ofWhole },
    ]
    for (const { through, list, misplaced } of found) {
      const entries = new Set(list?.cursors).size
      if (list) walked.push({ coordinate, through, totals: list.totals, entries, misplaced })
    }
    const nodeType = nodeOf(field)
    if (nodeType === undefined || above.has(nodeType.name)) return
    for (const [place] of whole.cursors.slice(0, PARENTS).entries())
      await visit(nodeType, [...path, { field, after: whole.cursors[place - 1] }], above)
  }

  const visit = async (type: GraphQLObjectType, path: readonly Step[], above: Above): Promise<void> => {
    const inside = new Set([...above, type.name])
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type)
      if (!isObjectType(named) || argumentsOf(field, walker) === undefined) continue
      if (isList(field)) await walkBelow(type, field, path, inside)
      else if (!inside.has(named.name) && !holdsList(field.type)) await visit(named, [...path, { field }], inside)
    }
  }

  const root = walker.schema.getQueryType()
  if (root) await visit(root, [], new Set())
  return walked
}
