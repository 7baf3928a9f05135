import { Kind, print, type ConstDirectiveNode } from 'graphql'
import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'
import { isMachinery } from './machinery.ts'
import type { TypeView } from './type-views.ts'

const TYPE = /^[A-Z][A-Za-z0-9]*$/
const MEMBER = /^[a-z][A-Za-z0-9]*$/
const VALUE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/

interface Named {
  readonly name: { readonly value: string }
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

interface Member {
  readonly coordinate: string
  readonly node: Named
  readonly spelling: RegExp
}

const membersOf = (type: TypeView): readonly Member[] => {
  const member = (node: Named, spelling: RegExp, coordinate = `${type.name}.${node.name.value}`): Member => ({
    ...{ coordinate, node, spelling },
  })
  return [
    ...[...type.values.values()].map((value) => member(value, VALUE)),
    ...[...type.inputFields.values()].map((field) => member(field, MEMBER)),
    ...[...type.fields.values()].flatMap((field) => [
      member(field, MEMBER),
      ...(field.arguments ?? []).map((argument) =>
        member(argument, MEMBER, `${type.name}.${field.name.value}(${argument.name.value}:)`),
      ),
    ]),
  ].filter(({ node }) => !isMachinery(node.name.value))
}

const ownTypes = ({ types }: GraphView): readonly TypeView[] =>
  [...types.values()].filter(({ name }) => !isMachinery(name))

/** Names read alike everywhere: types `LikeThis`, fields and arguments `likeThis`, enum values `LIKE_THIS`; an `id` is an `ID!`. */
export const lintNaming = (view: GraphView): readonly Finding[] => {
  const misspelt = (coordinate: string): Finding => ({
    coordinate,
    rule: 'name-misspelt',
    message: 'Types are spelt `LikeThis`, fields and arguments `likeThis`, enum values `LIKE_THIS`.',
  })
  return ownTypes(view).flatMap((type): readonly Finding[] => {
    const id = type.fields.get('id')
    return [
      ...(TYPE.test(type.name) ? [] : [misspelt(type.name)]),
      ...membersOf(type)
        .filter(({ node, spelling }) => !spelling.test(node.name.value))
        .map(({ coordinate }) => misspelt(coordinate)),
      ...(id === undefined || print(id.type) === 'ID!'
        ? []
        : [{ coordinate: `${type.name}.id`, rule: 'id-not-opaque' as const, message: 'An `id` is an opaque `ID!`.' }]),
    ]
  })
}

const reasonOf = ({ directives = [] }: Named): string | undefined => {
  const deprecated = directives.find(({ name }) => name.value === 'deprecated')
  const reason = deprecated?.arguments?.find(({ name }) => name.value === 'reason')?.value
  return deprecated && (reason?.kind === Kind.STRING ? reason.value : '')
}

/** Words, and the day from which it may be gone. */
const isDated = (reason: string): boolean => {
  const [day] = /\b\d{4}-\d{2}-\d{2}\b/.exec(reason) ?? []
  return day !== undefined && !Number.isNaN(Date.parse(day)) && reason.replace(day, '').trim().includes(' ')
}

/** Clients are told why something goes, and until when they have. */
export const lintDeprecations = (view: GraphView): readonly Finding[] =>
  ownTypes(view)
    .flatMap(membersOf)
    .map(({ coordinate, node }) => ({ coordinate, reason: reasonOf(node) }))
    .filter(({ reason }) => reason !== undefined && !isDated(reason))
    .map(({ coordinate }) => ({
      coordinate,
      rule: 'deprecation-undated',
      message: 'Say what to use instead, and from which day it may be gone: `reason: "Use X. Goes after 2027-06-30."`.',
    }))
