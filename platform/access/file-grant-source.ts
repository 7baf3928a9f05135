import { NO_GRANTS, type GrantSource } from './grants.ts'
import { grantsOfStranger, type GrantsBySubject } from './grants-file.ts'

/** Grants as a file has them now. A subject without an entry is known to be itself; programs have no entry. */
export const createFileGrantSource = (current: () => GrantsBySubject): GrantSource => ({
  load: (principal) =>
    Promise.resolve(
      principal.kind === 'user' ? (current().get(principal.subject) ?? grantsOfStranger(principal.subject)) : NO_GRANTS,
    ),
})
