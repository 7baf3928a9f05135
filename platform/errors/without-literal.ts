/**
 * A message of graphql-js about a request, without the value that it found and could not use: what a caller meant as a
 * secret is not said back. Types, fields, arguments and places stay, and no name is suggested.
 */
export const withoutLiteral = (message: string): string => {
  const told = message.startsWith('Syntax Error')
    ? message.replace(/\b((?:Block)?String) ".*"/s, '$1')
    : message
        .replace(/( cannot represent [\w -]+): .*$/s, '$1.')
        .replace(/^Value ".*" does not exist/s, 'The value does not exist')
  return told.replaceAll(/\s*Did you mean [^?]*\?/g, '')
}
