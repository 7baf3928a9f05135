import { z } from 'zod'
import { isUuid } from '../../ids/id.ts'

export const id = z.string().refine(isUuid, 'not a UUID in canonical form')
export const instant = z.iso.datetime()
export const code = z.string().min(1).max(64)
/** Micro-units of the currency, as text: figures of money do not fit a double. */
export const micros = z.string().regex(/^-?\d{1,18}$/)
export const currency = z.string().regex(/^[A-Z]{3}$/)
