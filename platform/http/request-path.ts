/** The path of a request: without what is asked of it, and without the slash at its end, which says nothing here. */
export const requestPath = (url = ''): string => {
  const path = url.split('?', 1)[0] ?? ''
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
