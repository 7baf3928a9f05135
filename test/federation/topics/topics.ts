import type { Topic } from '../stage/topic.ts'
import { ALIASES } from './aliases.ts'
import { CHAINS } from './chains.ts'
import { CIRCLES } from './circles.ts'
import { CONDITIONS } from './conditions.ts'
import { CONTEXTS } from './contexts.ts'
import { INACCESSIBLE } from './inaccessible.ts'
import { INPUTS } from './inputs.ts'
import { INTERFACE_OBJECTS } from './interface-objects.ts'
import { INTERFACES } from './interfaces.ts'
import { KEYS } from './keys.ts'
import { MEANINGS } from './meanings.ts'
import { MUTATIONS } from './mutations.ts'
import { NAMES } from './names.ts'
import { NARROWED_TYPES } from './narrowed-types.ts'
import { NULLS } from './nulls.ts'
import { OBJECT_CHAINS } from './object-chains.ts'
import { OVERRIDE } from './override.ts'
import { PROVIDES } from './provides.ts'
import { REQUIRES } from './requires.ts'
import { SHARING } from './sharing.ts'
import { TYPENAMES } from './typenames.ts'
import { UNIONS } from './unions.ts'

export const TOPICS: readonly Topic[] = [
  KEYS,
  REQUIRES,
  CHAINS,
  PROVIDES,
  OVERRIDE,
  SHARING,
  INTERFACES,
  INTERFACE_OBJECTS,
  OBJECT_CHAINS,
  NARROWED_TYPES,
  UNIONS,
  INPUTS,
  NULLS,
  CIRCLES,
  MEANINGS,
  MUTATIONS,
  INACCESSIBLE,
  CONDITIONS,
  NAMES,
  TYPENAMES,
  ALIASES,
  CONTEXTS,
]
