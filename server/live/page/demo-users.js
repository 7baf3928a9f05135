/** Who can sign in here, without a password: there only where the development identity provider is. */

/** @returns {Promise<readonly string[]>} */
export const demoUsers = async () => {
  const response = await fetch('/graphql/ide/users')
  if (!response.ok) throw new Error(`The demo users could not be read (HTTP ${String(response.status)})`)
  /** @type {{ users: readonly string[] }} */
  const { users } = await response.json()
  return users
}

/**
 * Gives the token function of one user: it keeps a token until the server refuses it.
 * @param {string} user
 */
export const tokensOf = (user) => {
  /** @type {Promise<string> | undefined} */
  let held
  const signIn = async () => {
    const response = await fetch('/graphql/ide/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user }),
    })
    if (!response.ok) throw new Error(`${user} could not be signed in (HTTP ${String(response.status)})`)
    /** @type {{ token: string }} */
    const { token } = await response.json()
    return token
  }
  /** @param {{ readonly refused: string | undefined }} request */
  return async ({ refused }) => {
    if (held && (refused === undefined || (await held) !== refused)) return held
    held = signIn()
    held.catch(() => (held = undefined))
    return held
  }
}
