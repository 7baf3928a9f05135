import { isNonNullType, type GraphQLOutputType } from 'graphql'
import type { CataloguedError } from '../../../platform/errors/catalogue.ts'
import { denyingRow, reasonOf } from '../../preflight/decisions.ts'
import type { Guarding } from '../../preflight/guarding.ts'
import { denyingField, denyingObject, type FieldPlace, type ObjectPlace } from '../../preflight/place.ts'
import { isDataObject } from '../data.ts'
import { misfit } from './leaf.ts'
import type { WriteObject, WrittenField } from './write-values.ts'
import { BUBBLE, NULL, type Write, type Writing } from './writing.ts'

/** A field that was denied before, or is decided for each object. */
export const guardedField = (
  guarding: Guarding | undefined,
  type: GraphQLOutputType,
  place: FieldPlace | undefined,
  write: Write,
): Pick<WrittenField, 'write' | 'denies'> => {
  if (!guarding || !place) return { write, denies: undefined }
  const denied = isNonNullType(type) ? BUBBLE : NULL
  const denying = denyingField(place, guarding.isDenied)
  if (denying.length > 0) {
    const refuse: Write = (_, writing) => {
      deny(writing, reasonOf(denying, writing.decisions))
      return denied
    }
    return { write: refuse, denies: undefined }
  }
  const { rows } = place
  if (rows.length === 0) return { write, denies: undefined }
  return {
    write,
    denies: (object, writing) => {
      const error = denyingRow(rows, object, writing.decisions)
      if (!error) return undefined
      deny(writing, error)
      return denied
    },
  }
}

/** Objects that were denied before, or are decided one by one; undefined where they are neither. */
export const guardedObject = (
  guarding: Guarding | undefined,
  place: ObjectPlace | undefined,
  fields: WriteObject,
): Write | undefined => {
  const denying = place && guarding ? denyingObject(place, guarding.isDenied) : []
  const rows = place?.rows ?? []
  if (denying.length === 0 && rows.length === 0) return undefined
  return (value, writing) => {
    if (value === null || value === undefined) return NULL
    if (!isDataObject(value)) return misfit(writing)
    const { decisions } = writing
    const error = denying.length > 0 ? reasonOf(denying, decisions) : denyingRow(rows, value, decisions)
    if (!error) return fields(value, writing)
    deny(writing, error)
    return NULL
  }
}

const deny = (writing: Writing, error: CataloguedError): void => {
  writing.find({ path: [], error, isConsequence: false, isDenial: true })
}
