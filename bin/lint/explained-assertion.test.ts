import { afterAll, describe, it } from '@jest/globals'
import { RuleTester } from 'eslint'
import typescript from 'typescript-eslint'
import { explainedAssertion } from './explained-assertion.mjs'

Object.assign(RuleTester, { afterAll, describe, it })

const unexplained = [{ messageId: 'unexplained' }]

new RuleTester({ languageOptions: { parser: typescript.parser } }).run('explained-assertion', explainedAssertion, {
  valid: [
    'const names = ["a"] as const',
    '// matched just above\nconst name = text as Name',
    'const name = text as Name // matched just above',
    'const name = text as Name /* just matched */',
    '// parsed by the schema\nconst parse = (text: string) =>\n  text as Name',
  ],
  invalid: [
    { code: 'const name = text as Name', errors: unexplained },
    { code: '// about something else\n\nconst name = text as Name', errors: unexplained },
    { code: 'const name = text as unknown as Name', errors: [...unexplained, ...unexplained] },
  ],
})
