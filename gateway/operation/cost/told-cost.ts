import { writtenExtensions } from '../../execution/completion/written-extensions.ts'

/** What an answer says of the cost of its operation (`compileCost`). */
export interface ToldCost extends Readonly<Record<string, unknown>> {
  readonly cost: {
    /** Of the operation with these variables. */
    readonly requested: number
    /** The most that one operation may cost. */
    readonly limit: number
  }
}

export type TellCost = (requested: number) => ToldCost

/** How many costs are kept as they were told: those of the operations of a console, many times over. */
const KEPT = 1000

/** Tells costs against one limit. Equal costs are told by the same object, written once. */
export const costTeller = (limit: number): TellCost => {
  const told = new Map<number, ToldCost>()
  return (requested) => {
    const known = told.get(requested)
    if (known) return known
    if (told.size === KEPT) told.clear()
    const made = writtenExtensions({ cost: { requested, limit } })
    told.set(requested, made)
    return made
  }
}
