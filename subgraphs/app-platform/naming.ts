import type { Brand } from '../../platform/ids/brand.ts'
import { err, ok, type Result } from '../../platform/result/result.ts'

/** What apps and environments are called: fit for a DNS label. */
export type ResourceName = Brand<string, 'ResourceName'>

/** 2 to 40 lower-case letters, digits and inner hyphens, a letter first. */
export const parseResourceName = (text: string): Result<ResourceName, 'NAME_INVALID'> =>
  /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(text) ? ok(text as ResourceName /* just matched */) : err('NAME_INVALID')

/** The environment that every app begins with. */
export const PRODUCTION = 'production' as ResourceName // matches
