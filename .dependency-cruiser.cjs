// Who may import whom: the architecture, as rules that CI runs (`npm run boundaries`). Tests may cross any of them.
const { join } = require('node:path')

const tests = String.raw`\.test\.ts$|^test/|^bench/|^proofs/|(^|/)testkit/`
const domainFree = 'gateway|platform|directives'
const heavy = '^node_modules/(undici|oidc-provider|ioredis|@nats-io|@lydell|@opentelemetry/(sdk-|resources|exporter-))'
/** Modules that need one of these, and are loaded when it is time. */
const lazy = '^platform/(egress/connector|tracing/provider|cache/redis-[a-z-]+|events/nats-[a-z-]+)\\.ts$'
const installed = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown']

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'subgraphs-do-not-know-each-other',
      comment: 'Domains meet in the graph (entities), in events and in foreign keys; never in an import (R91).',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/', pathNot: tests },
      to: { path: '^(subgraphs|generated)/', pathNot: String.raw`^subgraphs/$1/|^generated/$1\.ts$` },
    },
    {
      name: 'a-subgraph-is-its-index',
      comment: 'From outside a subgraph only its index.ts is imported.',
      severity: 'error',
      from: { pathNot: `^subgraphs/|^generated/|${tests}` },
      to: { path: '^subgraphs/[^/]+/', pathNot: String.raw`^subgraphs/[^/]+/index\.ts$` },
    },
    {
      name: 'prisma-stays-in-repositories',
      comment: 'Only repository.ts files and platform/database import Prisma: scope is set there and nowhere else.',
      severity: 'error',
      from: { pathNot: String.raw`(^|[/-])repository\.ts$|^platform/database/|^prisma/|^prisma\.config\.ts$|${tests}` },
      to: { path: '^prisma/generated/|^node_modules/(@prisma/|prisma/)' },
    },
    {
      name: 'redis-stays-in-the-cache',
      comment: 'Only platform/cache imports ioredis: everything else speaks to the cache port.',
      severity: 'error',
      from: { pathNot: `^platform/cache/|${tests}` },
      to: { path: '^node_modules/ioredis/' },
    },
    {
      name: 'platform-knows-no-product',
      comment:
        'platform/ imports nothing of the product; the generated client reaches it through platform/database alone.',
      severity: 'error',
      from: { path: '^platform/', pathNot: tests },
      to: {
        path: '^(gateway|subgraphs|directives|schema|identity|server|terminal|prisma|bench|bin|test)/',
        pathNot: '^prisma/generated/',
      },
    },
    {
      name: 'directives-read-schemas-only',
      comment: 'directives/ imports only graphql, @graphql-tools/utils and platform/.',
      severity: 'error',
      from: { path: '^directives/', pathNot: tests },
      to: {
        dependencyTypesNot: ['core'],
        pathNot: '^directives/|^platform/|^node_modules/(graphql|@graphql-tools/utils)/',
      },
    },
    {
      name: 'gateway-knows-no-domain',
      comment: 'gateway/ knows a subgraph only as { name, schema | url }: it federates any graph.',
      severity: 'error',
      from: { path: '^gateway/', pathNot: tests },
      to: { path: '^(subgraphs|identity|server|prisma|terminal)/' },
    },
    {
      name: 'terminals-know-no-graph',
      comment: 'terminal/ moves bytes: sessions are its port, and what stands behind it is composed in server/.',
      severity: 'error',
      from: { path: '^terminal/', pathNot: tests },
      to: { path: '^(subgraphs|gateway|directives|identity|server|prisma|schema)/' },
    },
    {
      name: 'a-terminal-is-its-seam',
      comment: 'A subgraph knows of terminals what the port says, and no byte of them.',
      severity: 'error',
      from: { path: '^subgraphs/', pathNot: tests },
      to: { path: '^terminal/', pathNot: String.raw`^terminal/sessions\.ts$` },
    },
    {
      name: 'models-are-pure',
      comment: 'model.ts imports types, other models, and what has no I/O.',
      severity: 'error',
      from: { path: String.raw`^subgraphs/.*(^|[/-])model\.ts$` },
      to: {
        dependencyTypesNot: ['type-only'],
        pathNot: String.raw`(^|[/-])model\.ts$|^terminal/sessions\.ts$|^platform/(ids|errors|result|clock)/`,
      },
    },
    {
      name: 'services-know-neither-graphql-nor-prisma',
      comment:
        'A use case takes grants and calls repositories; how it was asked for and how rows are kept is not its concern.',
      severity: 'error',
      from: { path: String.raw`^subgraphs/.*(^|[/-])service\.ts$` },
      to: { path: '^node_modules/(graphql|@apollo|@graphql-tools|@prisma|dataloader)/|^prisma/' },
    },
    {
      name: 'resolvers-go-through-services',
      comment: 'A resolver reads as one sentence: argument in, service call, payload out.',
      severity: 'error',
      from: { path: String.raw`^subgraphs/.*(^|[/-])resolvers\.ts$` },
      to: { path: String.raw`(^|[/-])repository\.ts$|^platform/database/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'bootstrap-stands-alone',
      comment: 'bin/ runs before anything is installed, on an older Node: it imports only itself and Node.',
      severity: 'error',
      from: { path: '^bin/', pathNot: tests },
      to: { pathNot: '^bin/', dependencyTypesNot: ['core', 'type-only'] },
    },
    {
      name: 'the-client-stands-alone',
      comment: 'client/ is a package of its own, for browsers as well: it imports nothing but itself, not even Node.',
      severity: 'error',
      from: { path: '^client/', pathNot: tests },
      to: { pathNot: '^client/' },
    },
    {
      name: 'nobody-imports-the-composition-root',
      comment: 'server/ wires everything together; what others need of it belongs into a part of its own.',
      severity: 'error',
      from: { pathNot: `^server/|${tests}` },
      to: { path: '^server/' },
    },
    {
      name: 'product-does-not-import-tests',
      comment: 'Fixtures and the testkit stay out of what ships.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'product-does-not-import-development-packages',
      comment: 'An image installs production dependencies only.',
      severity: 'error',
      from: {
        path: `^(${domainFree}|subgraphs|identity|server|schema|terminal)/`,
        pathNot: `${tests}|^schema/codegen\\.ts$`,
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'what-few-processes-need-is-loaded-by-them',
      comment:
        'Packages of many megabytes are imported where they are used, by a module that is itself loaded with `await import()`: a start pays for what it does.',
      severity: 'error',
      from: { path: '^(server|gateway|platform|identity|subgraphs)/', pathNot: `${lazy}|${tests}` },
      to: { path: `${lazy}|${heavy}`, dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'apollo-gateway-is-for-comparison',
      comment:
        'The supergraph is read by what @apollo/gateway itself is made of; the gateway, with its exporter to Apollo, is no part of what runs (docs/decisions/0034-supergraph-without-apollo-gateway.md).',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '^node_modules/@apollo/gateway/' },
    },
    {
      name: 'the-model-of-the-proofs-is-independent',
      comment: 'What a proof expects is computed without the code that it judges.',
      severity: 'error',
      from: { path: '^proofs/model/', pathNot: String.raw`\.test\.ts$` },
      to: { pathNot: '^proofs/model/|^node_modules/graphql/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or hold a third. Types may refer back.',
      severity: 'error',
      from: { pathNot: '^prisma/generated/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'imports-resolve',
      comment: 'A package that is imported stands in package.json; a file that is imported exists.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'packages-are-declared',
      comment:
        'A package that only another one brought may be gone with its next version. The client’s tests and the bench, with a package.json of their own, use what the repository declares.',
      severity: 'error',
      from: { pathNot: String.raw`^prisma/generated/|^bench/|^client/(testkit/|.*\.test\.ts$)` },
      to: { dependencyTypes: installed.filter((kind) => /no-pkg|unknown/.test(kind)) },
    },
  ],
  options: {
    tsConfig: { fileName: join(__dirname, 'tsconfig.json') },
    tsPreCompilationDeps: true,
    // bench/ has a package.json of its own, for gateways of others.
    combinedDependencies: true,
    doNotFollow: { path: '^node_modules/|^(prisma/)?generated/' },
    exclude: { path: String.raw`^(\.runtime|\.data|console|reports|docs|bench/node_modules)/` },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'require', 'types'],
      mainFields: ['main', 'types'],
    },
    moduleSystems: ['es6', 'cjs'],
  },
}
