/**
 * One part of a command: a program of ours (a `.ts` or `.mjs` file), or one of an installed package.
 * @typedef {{ program: string, args?: readonly string[], flags?: readonly string[] }} Program
 * @typedef {{ tool: readonly [packageName: string, program: string], args?: readonly string[], flags?: readonly string[] }} Tool
 * @typedef {Program | Tool} Part
 */

/**
 * A command is its parts, in order, or other commands; `purpose` decides how much is generated first.
 * What is typed behind a command goes to each of its parts. `whole` judges the run as a whole: it is left out when
 * arguments asked for less (`npm test -- platform/ids`).
 * @typedef {{
 *   purpose: 'graph' | 'product' | 'development',
 *   parts?: readonly Part[],
 *   whole?: readonly Part[],
 *   commands?: readonly string[],
 *   says: string,
 * }} Command
 */

/**
 * @param {string} program
 * @param {...string} args
 * @returns {Program}
 */
const program = (program, ...args) => ({ program, args })

/**
 * @param {string} packageName
 * @param {string} name
 * @param {...string} args
 * @returns {Tool}
 */
const tool = (packageName, name, ...args) => ({ tool: [packageName, name], args })

/**
 * ES modules in jest need a flag of Node's, and its notice about it helps nobody.
 * @param {...string} args
 * @returns {Tool}
 */
const jest = (...args) => ({
  tool: ['jest', 'jest'],
  flags: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  args,
})

const lintCache = 'node_modules/.cache/eslint/'
const formatCache = ['--cache', '--cache-location', 'node_modules/.cache/prettier/cache.json', '--log-level=warn']

/**
 * How the server's memory is kept: by default V8 lets it grow to several times what is in use before it collects, and
 * puts objects of requests where only a full collection frees them. Measured by `npm run bench` (decision 10).
 */
export const serverFlags = ['--max-semi-space-size=16', '--heap-growing-percent=60', '--no-allocation-site-pretenuring']

/** @type {Record<string, Command>} */
export const commands = {
  setup: { purpose: 'development', says: 'bring the runtime, install, generate; nothing else' },
  generate: { purpose: 'development', says: 'generate what is stale' },

  start: {
    purpose: 'product',
    parts: [{ program: 'server/main.ts', flags: serverFlags }],
    says: 'the whole product in one process',
  },
  gateway: {
    purpose: 'graph',
    parts: [program('gateway/main.ts')],
    says: 'the gateway alone, on SUPERGRAPH_FILE',
  },
  token: { purpose: 'product', parts: [program('identity/token.ts')], says: 'print a bearer token of a demo user' },
  'signing-keys': {
    purpose: 'product',
    parts: [program('gateway/identity/signing-keys-command.ts')],
    says: 'turn the keys of internal tokens',
  },
  migrate: { purpose: 'product', parts: [program('prisma/migrate.ts')], says: 'bring the database up to date' },
  bench: { purpose: 'product', parts: [program('bench/run.ts')], says: 'measure against the stock gateway' },
  'bench:engine': {
    purpose: 'graph',
    // The load is made here: while it collects its garbage, whoever is fast waits for it.
    parts: [{ program: 'bench/engine.ts', flags: ['--max-semi-space-size=64'] }],
    says: 'measure the engine against other gateways and hand-written servers',
  },
  profile: {
    purpose: 'graph',
    parts: [program('bench/profile-engine.ts')],
    says: 'where each operation of bench:engine spends its time: -- --contender ours-http --operation wide',
  },
  'bench:heap': {
    purpose: 'graph',
    parts: [program('bench/heap/run.ts')],
    says: 'measure the heap that an answer of 1 MB needs',
  },
  'bench:micro': {
    purpose: 'product',
    parts: [program('bench/micro/run.ts')],
    says: 'measure planner, writer, token check and preflight, each alone',
  },
  'bench:authorization': {
    purpose: 'product',
    parts: [program('bench/authorization.ts')],
    says: 'measure what authorization costs',
  },
  'bench:terminal': {
    purpose: 'product',
    parts: [program('bench/terminals/run.ts')],
    says: 'measure two hundred terminals that stream while keys are typed',
  },
  'bench:realtime': {
    purpose: 'graph',
    parts: [program('bench/realtime/run.ts')],
    says: 'measure what ten thousand subscribers cost',
  },

  soak: {
    purpose: 'development',
    parts: [program('bench/soak/run.ts')],
    says: 'ten minutes of load and faults: nothing missed, repeated or out of order; -- --minutes 1 --seed 7',
  },

  test: {
    purpose: 'development',
    parts: [jest('--json', '--outputFile=reports/jest.json')],
    whole: [program('bin/requirements.mjs', 'reports/jest.json')],
    says: 'every test, then whether each requirement has one that passed',
  },
  'test:unit': { purpose: 'development', parts: [jest('--selectProjects', 'unit')], says: 'the tests beside the code' },
  'test:e2e': { purpose: 'development', parts: [jest('--selectProjects', 'e2e')], says: 'the tests under test/' },

  typecheck: {
    purpose: 'development',
    parts: [
      tool('typescript', 'tsc', '--noEmit'),
      tool('typescript', 'tsc', '--project', 'client'),
      tool('typescript', 'tsc', '--project', 'server/live/page'),
    ],
    says: 'types: of everything under Node, and of what runs in browsers under theirs',
  },
  lint: {
    purpose: 'development',
    parts: [tool('eslint', 'eslint', '--max-warnings=0', '--cache', '--cache-location', lintCache, '.')],
    says: 'lint of the code',
  },
  format: {
    purpose: 'development',
    parts: [tool('prettier', 'prettier', ...formatCache, '--write', '.')],
    says: 'format the code',
  },
  'format:check': {
    purpose: 'development',
    parts: [tool('prettier', 'prettier', ...formatCache, '--check', '.')],
    says: 'whether the code is formatted',
  },
  boundaries: {
    purpose: 'development',
    parts: [tool('dependency-cruiser', 'depcruise', '--config', '.dependency-cruiser.cjs', '--no-progress', '.')],
    says: 'who may import whom',
  },
  knip: {
    purpose: 'development',
    parts: [tool('knip', 'knip', '--no-progress')],
    says: 'unused files, exports and packages',
  },

  fuzz: {
    purpose: 'graph',
    parts: [program('test/federation/fuzz/command.ts')],
    says: 'answer random operations over random federations, and compare each with one server (-- --cases 20000 --seed 1)',
  },
  'fuzz:writer': {
    purpose: 'graph',
    parts: [program('test/federation/fuzz/writer-command.ts')],
    says: 'write random answers, and compare each with graphql-js byte for byte: -- --cases 20000',
  },
  'prove:matrix': {
    purpose: 'development',
    parts: [program('proofs/matrix.ts')],
    says: 'every kind of caller at every root field, entity key and guarded field',
  },
  'prove:reachability': {
    purpose: 'development',
    parts: [program('proofs/reachability.ts')],
    says: 'every path to what a project owns, of this graph or: -- --supergraph <file>',
  },
  'prove:guards': {
    purpose: 'development',
    parts: [program('proofs/guards.ts')],
    says: 'each guard taken away is noticed; a fixed part of them with -- --sample',
  },
  'prove:layers': {
    purpose: 'development',
    parts: [program('proofs/layers.ts')],
    says: 'foreign reads and writes against each layer alone, and every set of them',
  },
  'prove:sameness': {
    purpose: 'development',
    parts: [program('proofs/sameness.ts')],
    says: 'foreign and nonexistent give the same bytes in the same time; tolerant with -- --sample',
  },
  prove: {
    purpose: 'development',
    parts: [program('proofs/all.ts')],
    says: 'all proofs, one after the other; shorter with -- --sample',
  },
  explain: {
    purpose: 'development',
    parts: [program('proofs/explain.ts')],
    says: 'what a caller may have of an operation, and why: -- --as <principal> operation.graphql',
  },

  compose: {
    purpose: 'graph',
    parts: [program('schema/compose.ts')],
    says: 'write schema/supergraph.graphql, or compose any graph: -- --help',
  },
  'compose:check': {
    purpose: 'graph',
    parts: [program('schema/compose.ts', '--check')],
    says: 'whether the committed supergraph is current and its rules hold',
  },
  docs: {
    purpose: 'development',
    parts: [program('docs/generate.ts')],
    says: 'write the pages of docs/ that are made from code',
  },
  'docs:check': {
    purpose: 'development',
    parts: [program('docs/generate.ts', '--check'), program('bin/claims/check.ts')],
    says: 'whether the generated pages are current, and nothing claims what must not be claimed',
  },

  'readme:check': {
    purpose: 'product',
    parts: [program('bin/readme.mjs')],
    says: 'whether the commands of README.md answer what it prints',
  },

  'check:static': {
    purpose: 'development',
    commands: ['typecheck', 'lint', 'format:check', 'boundaries', 'knip', 'compose:check', 'docs:check'],
    says: 'everything that runs no tests',
  },
  check: {
    purpose: 'development',
    commands: ['check:static', 'test:unit'],
    says: 'everything but the end-to-end tests',
  },
}
