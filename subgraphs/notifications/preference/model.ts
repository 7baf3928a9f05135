import { CATEGORIES, type Category } from '../template/model.ts'

/** By what a user is told. */
export const MEDIUMS = ['IN_APP'] as const
export type Medium = (typeof MEDIUMS)[number]

/** Whether a user is told of a category by a medium. */
export interface Preference {
  readonly category: Category
  readonly medium: Medium
  readonly enabled: boolean
}

/** It cannot be switched off: who may get in is for everybody to know. */
export const isMandatory = (category: Category): boolean => category === 'SECURITY'

/** Equal for decisions about the same. */
export const nameOf = ({ category, medium }: Pick<Preference, 'category' | 'medium'>): string => `${category} ${medium}`

/** What a user decided, and for the rest what holds without a decision: they are told. */
export const completed = (decided: readonly Preference[]): readonly Preference[] => {
  const own = new Map(decided.map((preference) => [nameOf(preference), preference]))
  return CATEGORIES.flatMap((category) =>
    MEDIUMS.map((medium) => own.get(nameOf({ category, medium })) ?? { category, medium, enabled: true }),
  )
}

export type PreferenceRefusal = 'MANDATORY' | 'REPEATED'
