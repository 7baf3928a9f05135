import type { Explained, Explanation } from '../../gateway/preflight/explain.ts'

const scopeText = ({ scope }: Explained): string => {
  switch (scope.from) {
    case 'nowhere':
      return '—'
    case 'caller':
      return 'the caller'
    case 'argument':
      return `argument ${scope.argument} = ${scope.ids.join(', ') || 'nothing'}`
    case 'object':
      return `field ${scope.field} of the object`
    case 'above':
      return 'as above'
  }
}

/** Each rule that the operation meets, a paragraph each; then what comes of it. */
export const explanationText = (
  as: string,
  { operation, runs, readsGrantsFresh, coordinates, denied }: Explanation,
): string => {
  const paragraphs = coordinates.map((of) =>
    [
      `${of.path}  (${of.coordinate})`,
      `  rule      ${of.rule === '' ? 'none of its own' : of.rule}`,
      `  scope     ${scopeText(of)}`,
      `  decision  ${of.decision}${of.code === undefined ? '' : ` ${of.code}`}`,
      `  why       ${of.why}`,
    ].join('\n'),
  )
  const outcome =
    denied.length === 0
      ? 'nothing is denied beforehand'
      : `denied beforehand: ${denied.map(({ path, code }) => `${path} (${code})`).join(', ')}`
  const last = `${operation} as ${as}: ${runs ? 'runs' : 'does not run'}; ${outcome}${readsGrantsFresh ? '; grants are read fresh' : ''}`
  return [...paragraphs, last].join('\n\n')
}
