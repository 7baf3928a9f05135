import { Resolver } from 'node:dns/promises'

/** Names to addresses. Rejects, or gives none, for a name that has no address. */
export interface NameResolver {
  readonly resolve: (hostname: string) => Promise<readonly string[]>
}

const TIMEOUT_MS = 2_000
const TRIES = 2

/**
 * Asks the name servers of this machine, of both families, and not its own file of hosts. Not by `getaddrinfo`: that
 * takes a thread of the few that the process has, for as long as somebody's name server likes.
 */
export const systemResolver = (): NameResolver => ({
  resolve: async (hostname) => {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES })
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  },
})
