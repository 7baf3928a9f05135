import { parse } from 'graphql'
import { familyNames } from '../../directives/links.ts'
import { catalogued } from '../../platform/errors/catalogue.ts'
import { lintSupergraph, printFinding } from '../../schema/lint.ts'

const SHOWN = 20

/**
 * A supergraph that links the scope family is served only if lint finds nothing: a rule that is missing or reads as
 * a protection that it is not would be believed. One that does not link it is plain federation. Throws
 * `SUPERGRAPH_INVALID` with the findings.
 */
export const requireRules = (sdl: string): void => {
  const document = parse(sdl, { noLocation: true })
  if (familyNames(document).size === 0) return
  const findings = lintSupergraph(document)
  if (findings.length === 0) return
  const shown = findings.slice(0, SHOWN).map((finding) => `  ${printFinding(finding).replaceAll('\t', '  ')}`)
  const more = findings.length > SHOWN ? [`  … and ${findings.length - SHOWN} more`] : []
  const message = ['The supergraph breaks the rules of scope authorization:', ...shown, ...more].join('\n')
  throw catalogued('SUPERGRAPH_INVALID', {}, { message })
}
