/** The same server and user, another database. */
export const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}

/** The same server and database, another user. */
export const withUser = (url: string, user: string, password: string): string => {
  const changed = new URL(url)
  changed.username = encodeURIComponent(user)
  changed.password = encodeURIComponent(password)
  return changed.href
}

export const databaseName = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1))

/** For messages: where, without the credentials. */
export const withoutCredentials = (url: string): string => {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
