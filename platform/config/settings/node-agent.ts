import { z } from 'zod'
import { integer, list, path, secretJson, url, words, type Kind } from '../kinds.ts'
import { optional, setting } from '../setting.ts'

const shellUser = (): Kind<{ readonly uid: number; readonly gid: number }> => ({
  schema: z
    .string()
    .regex(/^[1-9]\d{0,8}:[1-9]\d{0,8}$/)
    .transform((text) => {
      const [uid = 0, gid = 0] = text.split(':').map(Number)
      return { uid, gid }
    }),
  expected: 'the numbers of a user and a group that are not root, as user:group',
  exposure: 'plain',
})

/** The agent of a node, which opens its terminals (`docs/guides/terminal.md`). */
export const NODE_AGENT_SETTINGS = {
  terminalGatewayUrls: optional({
    variable: 'TERMINAL_GATEWAY_URL',
    kind: list(url('ws', 'wss')),
    example: 'wss://terminal-1.example.com/terminal/agent,wss://terminal-2.example.com/terminal/agent',
    about: 'The terminal gateways that a node agent dials. It keeps a link to each.',
  }),
  terminalJwksUrl: optional({
    variable: 'TERMINAL_JWKS_URL',
    kind: url('http', 'https'),
    example: 'https://terminal-1.example.com/.well-known/terminal-jwks.json',
    about: 'Where a node agent fetches the public keys by which it checks that a terminal gateway signed a task.',
  }),
  nodeAgentId: setting({
    variable: 'NODE_AGENT_ID',
    kind: words(),
    default: 'node-agent',
    example: 'rack-7',
    about: 'The name of a node agent, as `NODE_AGENTS` has it.',
  }),
  nodeAgentNodes: optional({
    variable: 'NODE_AGENT_NODES',
    kind: list(words()),
    example: 'nod_AZt9Q8EgcAC0s7wEJ0HrGA',
    about: 'The ids of the nodes that a node agent acts for.',
  }),
  nodeAgentSigningKey: optional({
    variable: 'NODE_AGENT_SIGNING_KEY',
    kind: secretJson('a private Ed25519 JSON Web Key'),
    example: '{"kty":"OKP","crv":"Ed25519","x":"…","d":"…"}',
    about: 'The key by which a node agent shows a gateway who it is.',
  }),
  nodeAgentMaxSessions: setting({
    variable: 'NODE_AGENT_MAX_SESSIONS',
    kind: integer(1, 10_000),
    default: '256',
    example: '64',
    about:
      'The most terminals that a node agent keeps at once. Each takes a little more than 1 MiB for the end of its output.',
  }),
  nodeAgentShell: optional({
    variable: 'NODE_AGENT_SHELL',
    kind: path(),
    example: '/bin/zsh',
    about: 'The program that a terminal starts. Unset: bash where it is installed, else sh.',
  }),
  nodeAgentShellUser: setting({
    variable: 'NODE_AGENT_SHELL_USER',
    kind: shellUser(),
    default: '65534:65534',
    example: '1000:1000',
    about:
      'Whose rights the shells of an agent have that runs as root: user and group, by number. An agent that does not run as root gives shells its own.',
  }),
  nodeAgentRecordings: optional({
    variable: 'NODE_AGENT_RECORDINGS',
    kind: path(),
    example: '/var/lib/gpuaas/recordings',
    about: 'Where a node agent keeps the recordings of terminals that are recorded. Unset: `recordings` in `DATA_DIR`.',
  }),
}
