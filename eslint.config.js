import comments from '@eslint-community/eslint-plugin-eslint-comments/configs'
import eslint from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import typescript from 'typescript-eslint'
import { explainedAssertion } from './bin/lint/explained-assertion.mjs'

const tests = ['**/*.test.ts', '**/testkit/**', 'test/**', 'bench/**']

/** Programs that a person runs: they print, and set up the environment of what they start. */
const programs = [
  'bin/**',
  'bench/**',
  'identity/token.ts',
  'prisma/*.ts',
  'schema/compose.ts',
  'docs/*.ts',
  'proofs/**',
]

/** Two reads of one tick merge into one query, whoever asked: with scopes in the connection that crosses tenants. */
const mergedReads = ['findUnique', 'findUniqueOrThrow', 'upsert'].map((method) => ({
  selector: `CallExpression > MemberExpression.callee[property.name='${method}']`,
  message: `${method} merges or reads outside its scope: use findFirst with the full composite key (or createMany with skipDuplicates).`,
}))

const readsOfTheEnvironment = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Read settings in platform/config.',
  },
  {
    selector: "ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name='env']",
    message: 'Read settings in platform/config.',
  },
]

const oneGraphqlRealm = { regex: '^graphql/.*\\.mjs$', message: 'One graphql realm: import from "graphql".' }

/** Grants that nobody decided: for jobs, event handlers and the one service that founds. A caller's are decided by its access. */
const grantsOfThePlatform = {
  regex: '/platform/access/authorize\\.ts$',
  importNames: ['systemGrant', 'founderGrant'],
  message: 'A resolver acts for its caller: take the grant from `access`.',
}

export default defineConfig(
  globalIgnores([
    '.runtime/',
    '.data/',
    '**/generated/',
    'console/',
    'reports/',
    'bench/results/',
    'gateway/http/ide/ide-client.js',
  ]),
  eslint.configs.recommended,
  typescript.configs.strictTypeChecked,
  typescript.configs.stylisticTypeChecked,
  comments.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { project: { rules: { 'explained-assertion': explainedAssertion } } },
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...mergedReads, ...readsOfTheEnvironment],
      'no-restricted-imports': ['error', { patterns: [oneGraphqlRealm] }],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'project/explained-assertion': 'error',
      '@eslint-community/eslint-comments/require-description': ['error', { ignore: ['eslint-enable'] }],

      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // A type alias and an interface each read well in their place.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // Dependencies are plain objects of functions, and are destructured.
      '@typescript-eslint/unbound-method': 'off',
      // An implementation of a port may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['**/resolvers.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [oneGraphqlRealm, grantsOfThePlatform] }] },
  },
  {
    files: ['platform/database/**'],
    rules: { 'no-restricted-syntax': ['error', ...readsOfTheEnvironment] },
  },
  {
    files: ['platform/config/**'],
    rules: { 'no-restricted-syntax': ['error', ...mergedReads] },
  },
  {
    files: programs,
    rules: { 'no-console': 'off', 'no-restricted-syntax': ['error', ...mergedReads] },
  },
  {
    files: tests,
    rules: {
      'no-restricted-syntax': 'off',
      'max-lines': 'off',
      'project/explained-assertion': 'off',
    },
  },
  {
    // Plain JavaScript: its types are comments, checked by tsc; what JSON.parse gives is named there.
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.cjs'],
    extends: [typescript.configs.disableTypeChecked],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
)
