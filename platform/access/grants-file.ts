import { z } from 'zod'
import { NO_GRANTS, type Grants, type OrganizationGrants, type ProjectGrants } from './grants.ts'
import { namesScope, plainOrCarryingIds } from './plain-ids.ts'
import type { ScopeIds } from './scope-ids.ts'
import { plainKey, type ScopeKey } from './scope-key.ts'

/** Grants by the `sub` of a caller. A subject without an entry is a caller without grants. */
export type GrantsBySubject = ReadonlyMap<string, Grants>

/** An object as a map: every key is a key, `__proto__` and `constructor` too. */
const mapOf = <T>(value: z.ZodType<T>) =>
  z.preprocess(
    (input) =>
      typeof input === 'object' && input !== null && !Array.isArray(input) ? new Map(Object.entries(input)) : input,
    z.map(z.string().min(1, 'must not be empty'), value, 'must be an object'),
  )

const capabilities = z.array(z.string().min(1)).transform((names): ReadonlySet<string> => new Set(names))

const entrySchema = z.strictObject({
  disabled: z.boolean().optional(),
  platform: capabilities.optional(),
  organizations: mapOf(capabilities).optional(),
  projects: mapOf(z.strictObject({ organization: z.string(), capabilities })).optional(),
})

const fileSchema = mapOf(entrySchema)

type Entry = z.infer<typeof entrySchema>

/** An entry whose ids cannot be used; the message begins with where it stands. */
const misused = (path: readonly string[], problem: string): Error =>
  new Error(`${path.map(quoted).join('.')} ${problem}`)

const quoted = (name: string): string => (/^[\w-]+$/.test(name) ? name : JSON.stringify(name))

/** Reads the ids that stand as keys. One scope under two of its ids would leave open which of the two counts. */
const byScope = <From, To>(
  held: ReadonlyMap<string, From> | undefined,
  path: readonly string[],
  read: ScopeIds['project'],
  grantsOf: (value: From, path: readonly string[]) => To,
): ReadonlyMap<ScopeKey, To> => {
  const scopes = new Map<ScopeKey, To>()
  for (const [id, value] of held ?? []) {
    const at = [...path, id]
    const key = scopeAt(id, at, read)
    if (scopes.has(key)) throw misused(at, 'stands there already, under another of its ids')
    scopes.set(key, grantsOf(value, at))
  }
  return scopes
}

const scopeAt = (id: string, path: readonly string[], read: ScopeIds['project']): ScopeKey => {
  const key = namesScope(id) ? read(id) : undefined
  if (key?.ok !== true) throw misused(path, 'is the id of something else: a project or an organization has its own')
  return key.value
}

const grantsOf = (subject: string, entry: Entry): Grants => {
  const { project, organization } = plainOrCarryingIds
  const user = userOf(subject)
  return {
    userId: user,
    disabled: entry.disabled === true,
    platform: entry.platform ?? NO_GRANTS.platform,
    organizations: byScope(
      entry.organizations,
      [subject, 'organizations'],
      organization,
      (held): OrganizationGrants => ({ suspended: false, capabilities: held }),
    ),
    projects: byScope(entry.projects, [subject, 'projects'], project, (held, path): ProjectGrants => ({
      organizationId: scopeAt(held.organization, [...path, 'organization'], organization),
      suspended: false,
      capabilities: held.capabilities,
    })),
  }
}

/** The user that a subject is: itself, or the one whose `usr_…` id it is. */
const userOf = (subject: string): ScopeKey | undefined => {
  const carried = plainOrCarryingIds.user(subject)
  if (carried.ok && carried.value !== undefined) return carried.value
  const plain = plainKey(subject)
  return plain.ok ? plain.value : undefined
}

/** A caller that is known to be who it says, and nothing more. */
export const grantsOfStranger = (subject: string): Grants => ({ ...NO_GRANTS, userId: userOf(subject) })

/**
 * Reads the text of a grants file:
 * `{ "<sub>": { "disabled"?, "platform"?, "organizations"?: { id: […] }, "projects"?: { id: { "organization", "capabilities" } } } }`.
 * Throws an error that names where and what is wrong, of everything that the form allows no other way to read.
 */
export const parseGrants = (text: string): GrantsBySubject => {
  const parsed = fileSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new Error(parsed.error.issues.map(describe).join('; '))
  return new Map([...parsed.data].map(([subject, entry]) => [subject, grantsOf(subject, entry)]))
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

const describe = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.map(String).map(quoted).join('.')}: ${message}`
