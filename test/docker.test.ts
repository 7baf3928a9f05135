import { beforeAll, describe, expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { DEMO_USERS } from '../identity/demo-users.ts'
import { readConfig, type Config } from '../platform/config/config.ts'
import { DATABASE_LOGINS, loginsOf } from '../platform/config/logins.ts'
import { SUBGRAPHS } from '../platform/config/roles.ts'
import { SETTINGS } from '../platform/config/settings.ts'
import { selfId } from '../platform/ids/id.ts'
import { nodes } from '../server/demo/machines.ts'

const ROOT = join(import.meta.dirname, '..')
const DOCKER = join(ROOT, 'docker')
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8')

const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).default([]),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  healthcheck: z.unknown().optional(),
  deploy: z.object({ resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string() }) }) }),
})
const composeSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) }).nullable()),
  volumes: z.record(z.string(), z.unknown()),
})
type Service = z.infer<typeof serviceSchema>

const compose = composeSchema.parse(parse(read('docker', 'compose.yaml'), { merge: true }))
const services = Object.entries(compose.services)
const namesOf = (given: readonly string[] | Readonly<Record<string, unknown>>): readonly string[] =>
  Array.isArray(given) ? given.map(String) : Object.keys(given)
const ours = services.filter(([, { build }]) => build !== undefined)

let variables: ReadonlyMap<string, string>
let configs: ReadonlyMap<string, Config>

/** `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, as compose replaces them. */
const VARIABLE = /\$\{([A-Z_]+)(?::[-?]([^}]*))?\}/g
const replaced = (text: string): string => text.replaceAll(VARIABLE, (_, name: string) => variables.get(name) ?? '')
const environmentOf = ({ environment }: Service): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, replaced(value)]))

beforeAll(() => {
  const made = execFileSync(process.execPath, [join(DOCKER, 'make-env.mjs')], { encoding: 'utf8' })
  variables = new Map(
    [...made.matchAll(/^([A-Z_]+)=(?:'([^']*)'|(.*))$/gm)].map(([, name = '', quoted, plain]) => [
      name,
      quoted ?? plain ?? '',
    ]),
  )
  configs = new Map(
    ours.map(([name, service]) => [name, readConfig({ ...imageEnvironment, ...environmentOf(service) })]),
  )
})

const dockerfile = read('docker', 'Dockerfile').replaceAll(/\\\n\s*/g, '')
const instructions = [...dockerfile.matchAll(/^([A-Z]+) (.*)$/gm)].map(([, name = '', rest = '']) => ({ name, rest }))
const lastStage = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'))
const imageEnvironment = Object.fromEntries(
  lastStage
    .filter(({ name }) => name === 'ENV')
    .flatMap(({ rest }) => rest.split(' '))
    .map((pair) => pair.split('=') as [string, string]), // ENV NAME=value
)
/** What the image holds of the repository. */
const copied = lastStage
  .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
  .flatMap(({ rest }) => rest.split(' ').slice(0, -1))

const ports = (config: Config | undefined): string => String(config?.port)

describe('the compose file', () => {
  test('gives every process settings that exist, and those it needs', () => {
    const known = new Set(Object.values(SETTINGS).map(({ variable }) => variable))
    for (const [name, { environment }] of ours) {
      expect([name, Object.keys(environment).filter((variable) => !known.has(variable))]).toEqual([name, []])
    }
    expect(configs.size).toBe(ours.length)
  })

  test('has every role of a production: two gateways, each subgraph once, a worker, the migration, terminals', () => {
    const roles = [...configs.values()].flatMap((config) => [...config.roles])
    expect(roles.toSorted()).toEqual(
      [
        ...['gateway', 'gateway', 'worker', 'migrate', 'terminal', 'node-agent'],
        ...SUBGRAPHS.map((name) => `subgraph:${name}`),
      ].toSorted(),
    )
    for (const config of configs.values()) expect(config.mode).toBe('production')
  })

  test('R90: gives a process the passwords of its own database roles, and the owner’s to the migration alone', () => {
    for (const [name, config] of configs) {
      const given = DATABASE_LOGINS.filter((login) => config[`databasePassword:${login}`] !== undefined)
      expect([name, given]).toEqual([name, loginsOf(config.roles)])
      expect([name, config.databaseUrl?.reveal().includes('@') ?? false]).toEqual([name, config.roles.has('migrate')])
      expect([name, config.internalSigningKey !== undefined]).toEqual([name, config.roles.has('gateway')])
    }
  })

  test('sends fetches, keys and queries to services that listen there', () => {
    const hosts = new Map(configs.entries().map(([name, config]) => [name, ports(config)]))
    for (const config of configs.values()) {
      for (const [subgraph, url] of config.subgraphUrls ?? []) {
        const { hostname, port, pathname } = new URL(url)
        expect([port, pathname]).toEqual([hosts.get(hostname), '/graphql'])
        expect(configs.get(hostname)?.roles.has(`subgraph:${subgraph}`)).toBe(true)
      }
      if (config.gatewayJwksUrl !== undefined) {
        const { hostname, port, pathname } = new URL(config.gatewayJwksUrl)
        expect([port, pathname]).toEqual([hosts.get('gateway-1'), '/.well-known/jwks.json'])
        for (const gateway of ['gateway-1', 'gateway-2'])
          expect(compose.services[gateway]?.networks).toMatchObject({ inside: { aliases: [hostname] } })
      }
      for (const url of [config.databaseUrl, config.redisUrl, config.natsUrl]) {
        if (url) expect(Object.keys(compose.services)).toContain(new URL(url.reveal()).hostname)
      }
      if (config.oidcJwksUrl !== undefined) {
        expect(Object.keys(compose.services)).toContain(new URL(config.oidcJwksUrl).hostname)
        expect(config.oidcIssuer).toMatch(/\/realms\/gpuaas$/)
      }
    }
    for (const url of [
      ...(configs.get('node-agent')?.terminalGatewayUrls ?? []),
      configs.get('node-agent')?.terminalJwksUrl,
    ]) {
      const { hostname, port } = new URL(url ?? '')
      expect([hostname, port, configs.get(hostname)?.roles.has('terminal')]).toEqual([
        'terminal',
        hosts.get('terminal'),
        true,
      ])
    }
    const nginx = read('docker', 'nginx.conf')
    const upstreams = [...nginx.matchAll(/^\s*server ([\w-]+):(\d+)/gm)].map(([, host = '', port]) => [host, port])
    expect(upstreams).toEqual(['gateway-1', 'gateway-2', 'terminal'].map((name) => [name, hosts.get(name)]))
    const [balanced] = compose.services['balancer']?.ports ?? []
    expect(balanced).toMatch(new RegExp(`:${/listen (\d+);/.exec(nginx)?.[1] ?? ''}$`))
  })

  test('names services, networks, volumes and files that exist', () => {
    for (const [, service] of services) {
      for (const name of namesOf(service.depends_on)) expect(Object.keys(compose.services)).toContain(name)
      for (const name of namesOf(service.networks)) expect(Object.keys(compose.networks)).toContain(name)
      for (const volume of service.volumes) {
        const [source = ''] = volume.split(':')
        if (source.startsWith('.')) expect([source, existsSync(join(DOCKER, source))]).toEqual([source, true])
        else expect(Object.keys(compose.volumes)).toContain(source)
      }
      if (service.build) {
        expect(existsSync(join(DOCKER, service.build.context, service.build.dockerfile))).toBe(true)
      }
    }
  })

  test('asks for the variables of .env.example and no others, and that file holds no secret', () => {
    const asked = new Set([...read('docker', 'compose.yaml').matchAll(VARIABLE)].map(([, name]) => name))
    const example = [...read('docker', '.env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)]
    expect([...asked].toSorted()).toEqual(example.map(([, name]) => name).toSorted())
    for (const [, , value] of example) expect(value).toMatch(/^\d*$/)
    for (const [, value] of variables) expect(value).not.toBe('')
  })

  test('hardens every container, and publishes none but the balancer and Keycloak, to this machine', () => {
    for (const [name, service] of services) {
      expect([name, service.cap_drop, service.security_opt]).toEqual([name, ['ALL'], ['no-new-privileges:true']])
      for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:/)
    }
    for (const [name, { read_only }] of ours) expect([name, read_only]).toEqual([name, true])
    expect(services.filter(([, service]) => service.ports.length > 0).map(([name]) => name)).toEqual([
      'balancer',
      'keycloak',
    ])
    expect(compose.networks['inside']?.internal).toBe(true)
    for (const [name, { roles }] of configs) {
      const isEdge = namesOf(compose.services[name]?.networks ?? []).includes('edge')
      expect([name, isEdge]).toEqual([name, roles.has('gateway') || roles.has('terminal')])
    }
  })

  test('the shells of nodes reach the terminal gateway alone, and the agent is known to it by its key and nodes', () => {
    expect(compose.services['node-agent']?.networks).toEqual(['nodes'])
    expect(compose.networks['nodes']?.internal).toBe(true)
    const onNodes = services.filter(([, { networks }]) => namesOf(networks).includes('nodes'))
    expect(onNodes.map(([name]) => name).toSorted()).toEqual(['node-agent', 'terminal'])
    const added = services.filter(([, { cap_add }]) => cap_add.length > 0)
    expect(added.map(([name]) => name)).toEqual(['node-agent'])
    const known = z
      .object({
        agents: z.tuple([z.object({ id: z.string(), key: z.object({ x: z.string() }), nodes: z.array(z.string()) })]),
      })
      .parse(JSON.parse(configs.get('terminal')?.nodeAgents?.reveal() ?? ''))
    const agent = configs.get('node-agent')
    const own = z.object({ x: z.string() }).parse(JSON.parse(agent?.nodeAgentSigningKey?.reveal() ?? ''))
    expect(known.agents[0]).toMatchObject({ id: agent?.nodeAgentId, key: { x: own.x }, nodes: agent?.nodeAgentNodes })
    expect(agent?.nodeAgentNodes).toEqual(nodes.map(({ id }) => selfId('nod', id).text))
  })
})

describe('the realm of Keycloak', () => {
  test('has the demo users under the subjects that the seed knows, and tokens for the graph', () => {
    const realm = z
      .object({
        realm: z.string(),
        users: z.array(z.object({ id: z.string(), email: z.string() })),
        clients: z.array(
          z.object({ publicClient: z.boolean(), protocolMappers: z.array(z.looseObject({ config: z.unknown() })) }),
        ),
      })
      .parse(JSON.parse(read('docker', 'keycloak', 'gpuaas-realm.json')))
    expect(realm.realm).toBe('gpuaas')
    expect(realm.users.map(({ id, email }) => [id, email])).toEqual(
      DEMO_USERS.map(({ subject, email }) => [subject, email]),
    )
    for (const { protocolMappers } of realm.clients) {
      expect(protocolMappers).toContainEqual(
        expect.objectContaining({
          config: expect.objectContaining({ 'included.custom.audience': SETTINGS.oidcAudience.default }),
        }),
      )
    }
  })
})

describe('the image', () => {
  test('copies what exists and lets it into the build, from stages that exist', () => {
    const stages = [...dockerfile.matchAll(/^FROM .* AS (\w+)$/gm)].map(([, name]) => name)
    const ignored = read('docker', 'Dockerfile.dockerignore').split('\n')
    for (const { rest } of instructions.filter(({ name }) => name === 'COPY')) {
      const from = /^--from=(\w+)/.exec(rest)?.[1]
      if (from !== undefined) {
        expect(stages).toContain(from)
        continue
      }
      for (const source of rest.split(' ').slice(0, -1)) {
        expect([source, existsSync(join(ROOT, source)), ignored.includes(`!${source}`)]).toEqual([source, true, true])
      }
    }
  })

  test('runs our own program as nobody in particular, on the Node of this repository, and probes what is served', () => {
    const { config } = z.object({ config: z.object({ node: z.string() }) }).parse(JSON.parse(read('package.json')))
    expect(dockerfile).toContain(`ARG NODE_VERSION=${config.node}\n`)
    expect(lastStage.find(({ name }) => name === 'USER')?.rest).toBe('node')
    expect(existsSync(join(ROOT, 'server/main.ts'))).toBe(true)
    expect(lastStage.find(({ name }) => name === 'CMD')?.rest).toBe('["node", "server/main.ts"]')
    expect(lastStage.find(({ name }) => name === 'HEALTHCHECK')?.rest).toContain('/health/ready')
    expect(lastStage.find(({ name }) => name === 'EXPOSE')?.rest).toBe(imageEnvironment['PORT'])
    const known = Object.values(SETTINGS).map(({ variable }) => variable)
    for (const variable of Object.keys(imageEnvironment)) expect(known).toContain(variable)
  })

  test('holds every file and package that the program imports, and no test', () => {
    const { dependencies } = z
      .object({ dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')))
    const generated = 'prisma/generated'
    const packages = new Set<string>()
    const files = new Set<string>()
    const visit = (file: string): void => {
      const path = relative(ROOT, file)
      if (files.has(path) || path.startsWith(generated)) return
      files.add(path)
      const source = readFileSync(file, 'utf8').replaceAll(/^(?:import|export) type [^;]*? from '[^']+'$/gm, '')
      for (const [, specifier = ''] of source.matchAll(/(?:^|[^\w])(?:from |import |import\()'([^']+)'/gm)) {
        if (specifier.startsWith('.')) visit(join(dirname(file), specifier))
        else if (!specifier.startsWith('node:') && !builtinModules.includes(specifier))
          packages.add(specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'))
      }
    }
    visit(join(ROOT, 'server/main.ts'))
    expect(files.size).toBeGreaterThan(200)
    for (const file of files) {
      expect([
        file,
        copied.some((folder) => file.startsWith(`${folder}/`)),
        /\.test\.ts$|testkit\//.test(file),
      ]).toEqual([file, true, false])
    }
    // The identity provider is for development: its own message says so where the package is missing.
    expect([...packages].filter((name) => !Object.hasOwn(dependencies, name)).toSorted()).toEqual(['oidc-provider'])
    expect(packages).not.toContain('prisma')
    expect(readdirSync(join(ROOT, 'prisma/migrations')).length).toBeGreaterThan(1)
  })
})
