import { integer, secretJson, url } from '../kinds.ts'
import { optional, setting } from '../setting.ts'

/** The gateway of the bytes of terminals (`docs/guides/terminal.md`). */
export const TERMINAL_GATEWAY_SETTINGS = {
  terminalUrl: optional({
    variable: 'TERMINAL_URL',
    kind: url('ws', 'wss'),
    example: 'wss://terminal-1.example.com/terminal',
    about:
      'Where clients reach this terminal gateway; each gateway has its own. Unset: `/terminal` at the address that the process listens on.',
  }),
  terminalSigningKey: optional({
    variable: 'TERMINAL_SIGNING_KEY',
    kind: secretJson('a private Ed25519 JSON Web Key, or a set of them of which the first signs'),
    example: '{"kty":"OKP","crv":"Ed25519","kid":"2026-01","x":"…","d":"…"}',
    about:
      'The key by which terminal gateways sign the tasks of node agents, and keep tickets closed to them. The same for every terminal gateway. Unset: where one process is the whole product it is generated into `DATA_DIR`.',
  }),
  nodeAgents: optional({
    variable: 'NODE_AGENTS',
    kind: secretJson('an object in JSON, {"agents":[{"id":"…","key":{…},"nodes":["nod_…"]}]}'),
    example: '{"agents":[{"id":"rack-7","key":{"kty":"OKP","crv":"Ed25519","x":"…"},"nodes":["nod_…"]}]}',
    about:
      'The node agents that a terminal gateway lets in: their names, the public halves of their keys, and the nodes that each may act for. Unset: where one process is the whole product its own agent, else none.',
  }),
  terminalMaxSessions: setting({
    variable: 'TERMINAL_MAX_SESSIONS',
    kind: integer(1, 100_000),
    default: '500',
    example: '2000',
    about:
      'The most terminal sessions that one gateway holds, attached or not. Each may have 1 MiB of output waiting for a slow client. The next client is closed with 4429, `TERMINAL_CAPACITY`.',
  }),
}
