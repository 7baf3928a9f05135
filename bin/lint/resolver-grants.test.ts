import { describe, expect, test } from '@jest/globals'
import { Linter } from 'eslint'
import typescript from 'typescript-eslint'
import configs from '../../eslint.config.js'

const RULE = 'no-restricted-imports'

/** The project's own configuration, cut down to the one rule: the others need types, which text alone does not have. */
const ofImports = configs.flatMap(({ files = ['**/*.ts'], rules }) => {
  const options = rules?.[RULE]
  return options === undefined ? [] : [{ files, rules: { [RULE]: options } }]
})

const findings = (filename: string, code: string): readonly string[] =>
  new Linter()
    .verify(code, [{ files: ['**/*.ts'], languageOptions: { parser: typescript.parser } }, ...ofImports], { filename })
    .map(({ message }) => message)

const importing = (names: string): string => `import { ${names} } from '../../../platform/access/authorize.ts'`

describe('a resolver', () => {
  const RESOLVERS = 'subgraphs/compute/allocation/resolvers.ts'

  test.each(['systemGrant', 'founderGrant', 'authorize, systemGrant', 'systemGrant as grant'])(
    'cannot import %s',
    (names) => {
      expect(findings(RESOLVERS, importing(names))).toEqual([expect.stringContaining('take the grant from `access`')])
    },
  )

  test('cannot import all of the module at once', () => {
    const all = `import * as grants from '../../../platform/access/authorize.ts'`
    expect(findings(RESOLVERS, all)).toEqual([expect.stringContaining('take the grant from `access`')])
  })

  test('may name the types of grants, and has one graphql realm like any file', () => {
    expect(findings(RESOLVERS, importing('type ProjectGrant'))).toEqual([])
    const realm = `import { parse } from 'graphql/language/parser.mjs'`
    expect(findings(RESOLVERS, realm)).toHaveLength(1)
    expect(findings('subgraphs/compute/allocation/service.ts', realm)).toHaveLength(1)
  })
})

test('a job may import systemGrant, and the service that founds founderGrant', () => {
  expect(findings('subgraphs/compute/allocation/jobs.ts', importing('systemGrant'))).toEqual([])
  expect(findings('subgraphs/iam/organization/service.ts', importing('founderGrant'))).toEqual([])
})
