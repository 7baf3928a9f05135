import type { Config } from './config.ts'
import { loginsOf } from './logins.ts'
import { isEmbedded, subgraphsOf, SUBGRAPHS, type Role } from './roles.ts'

/** Why a setting that may stay unset is needed after all, or may not stand beside another. */
export interface Contradiction {
  readonly setting: keyof Config
  readonly reason: string
}

/** What the settings that could be read have against each other. */
export const contradictionsIn = (config: Partial<Config>): readonly Contradiction[] => [
  ...(config.roles === undefined || isEmbedded(config.roles) ? [] : distributed(config, config.roles)),
  ...(config.internalSigningKey !== undefined && config.internalSigningKeyFile !== undefined
    ? [{ setting: 'internalSigningKeyFile' as const, reason: 'must stay unset when INTERNAL_SIGNING_KEY is set' }]
    : []),
  ...(config.auditSigningKey !== undefined && config.auditSigningKeyFile !== undefined
    ? [{ setting: 'auditSigningKeyFile' as const, reason: 'must stay unset when AUDIT_SIGNING_KEY is set' }]
    : []),
  ...(config.webhookLoopback === 'allow' && config.mode === 'production'
    ? [{ setting: 'webhookLoopback' as const, reason: 'must not be `allow` where NODE_ENV is production' }]
    : []),
  ...(config.roles === undefined ? [] : misplaced(config, config.roles)),
  ...halfIdentity(config),
]

/** Callers of the general gateway are known by three settings together, and grants are for callers who are known. */
const halfIdentity = (config: Partial<Config>): readonly Contradiction[] => {
  const together = ['jwksFile', 'jwtIssuer', 'jwtAudience'] as const
  if ([...together, 'grantsFile' as const].every((name) => config[name] === undefined)) return []
  return together
    .filter((name) => config[name] === undefined)
    .map((setting) => ({
      setting,
      reason: 'is needed: JWKS_FILE, JWT_ISSUER and JWT_AUDIENCE come together, and GRANTS_FILE with them',
    }))
}

/** What one process cannot do at its one port. */
const misplaced = (config: Partial<Config>, roles: ReadonlySet<Role>): readonly Contradiction[] => {
  if (roles.has('node-agent') && roles.size > 1 && !isEmbedded(roles)) {
    // It opens shells: nothing that must stay secret belongs into its process.
    return [{ setting: 'roles', reason: 'must name node-agent alone, unless it is all' }]
  }
  if (roles.has('gateway')) return []
  const subgraphs = subgraphsOf(roles).length
  return [
    ...(roles.has('terminal') && [...roles].some((role) => role !== 'terminal' && role !== 'migrate')
      ? [{ setting: 'roles' as const, reason: 'must name terminal alone where it does not name gateway' }]
      : []),
    ...(subgraphs > 0 && roles.has('identity')
      ? [
          {
            setting: 'roles' as const,
            reason: 'must not name identity beside a subgraph where it does not name gateway',
          },
        ]
      : []),
    ...(roles.has('identity') && config.oidcIssuer !== undefined
      ? [
          {
            setting: 'oidcIssuer' as const,
            reason: 'must stay unset where ROLES names identity: this process is the issuer',
          },
        ]
      : []),
  ]
}

/** A process that is only a part of the product cannot generate what the other parts must have too. */
const distributed = (config: Partial<Config>, roles: ReadonlySet<Role>): readonly Contradiction[] => {
  const logins = loginsOf(roles)
  const subgraphs = subgraphsOf(roles)
  const gateway = roles.has('gateway')
  const terminal = roles.has('terminal')
  const agent = roles.has('node-agent')
  const needs: readonly (readonly [setting: keyof Config, isNeeded: boolean, why: string])[] = [
    ['databaseUrl', logins.length > 0, 'when ROLES is a part of the product'],
    ['databaseRoleSecret', !logins.every((login) => config[`databasePassword:${login}`]), 'for the database roles'],
    [
      'redisUrl',
      gateway || terminal || subgraphs.length > 0 || roles.has('worker'),
      'for the cache that the parts share',
    ],
    ['gatewayJwksUrl', subgraphs.length > 0 && !gateway, 'for a subgraph without its gateway'],
    ['subgraphUrls', gateway && subgraphs.length < SUBGRAPHS.length, 'for a gateway without its subgraphs'],
    ['internalSigningKey', gateway && config.internalSigningKeyFile === undefined, 'for a gateway of its own'],
    ['apiKeyPepper', gateway || subgraphs.includes('iam'), 'for the API keys that iam makes and the gateway accepts'],
    ['secretsKey', subgraphs.includes('app-platform'), 'for the secrets that app-platform keeps'],
    ['oidcIssuer', gateway && !roles.has('identity'), 'for a gateway without the identity provider'],
    ['terminalSigningKey', terminal, 'for a terminal gateway of its own'],
    ['nodeAgents', terminal, 'for a terminal gateway of its own'],
    ['terminalUrl', terminal, 'for a terminal gateway of its own'],
    ['terminalGatewayUrls', agent, 'for a node agent'],
    ['terminalJwksUrl', agent, 'for a node agent'],
    ['nodeAgentNodes', agent, 'for a node agent'],
    ['nodeAgentSigningKey', agent, 'for a node agent'],
  ]
  return needs
    .filter(([setting, isNeeded]) => isNeeded && config[setting] === undefined)
    .map(([setting, , why]) => ({ setting, reason: `is needed ${why}` }))
}
