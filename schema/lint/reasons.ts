import type { Finding } from './finding.ts'
import type { GraphView } from './graph-view.ts'
import { placedScopes } from './scopes.ts'

const MIN_REASON_WORDS = 2

const segmenter = new Intl.Segmenter('en', { granularity: 'word' })

const wordsIn = (reason: unknown): number =>
  typeof reason === 'string' ? [...segmenter.segment(reason)].filter(({ isWordLike }) => isWordLike === true).length : 0

/** `@public` and `@crossScope` say why. */
export const lintReasons = (view: GraphView): readonly Finding[] =>
  view.uses
    .filter(({ directive }) => directive === 'public' || directive === 'crossScope')
    .filter(({ arguments: values }) => wordsIn(values.get('reason')) < MIN_REASON_WORDS)
    .map(({ coordinate, directive }) => {
      const message = `@${directive} needs a reason: say in a few words why ${directive === 'public' ? 'anyone may have this' : 'the edge leaves its project'}.`
      return { coordinate, rule: 'reason-missing', message }
    })

/** `@public` stands only where it says what is so. */
export const lintPublic = (view: GraphView): readonly Finding[] =>
  placedScopes(view)
    .filter(({ scope, field }) => scope.kind === 'public' && field !== undefined)
    .filter(({ type }) => (view.rules.get(type.name)?.scopes ?? []).some(({ kind }) => kind !== 'public'))
    .map(({ coordinate, type }) => ({
      coordinate,
      rule: 'public-on-guarded',
      message: `${type.name} is guarded, and its rule counts for each of its fields, which are not public: remove @public.`,
    }))
