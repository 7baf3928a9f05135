import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { TERMINAL_JWKS_PATH, type OwnAgent } from './terminal-keys.ts'
import type { Config } from '../platform/config/config.ts'
import { printKeyRing } from '../platform/crypto/key-ring.ts'
import { selfId } from '../platform/ids/id.ts'
import type { Log } from '../platform/log/log.ts'
import { AGENT_PATH } from '../terminal/gateway/terminal-gateway.ts'

export interface NodeAgentChildParts {
  readonly config: Config
  readonly agent: OwnAgent
  /** Where this process listens: `http://127.0.0.1:4000`. */
  readonly url: string
  readonly log: Log
}

export interface NodeAgentChild {
  readonly stop: () => Promise<void>
}

const MAIN = join(import.meta.dirname, 'main.ts')
/** How often an agent that ends by itself is started again, and how long after. */
const RESTARTS = 5
const RESTART_MS = 1000
const STOP_MS = 8000

/**
 * The agent of the demo's nodes as a process of its own, so that no shell is a child of the one that knows every secret:
 * it is given nothing but its own settings. Where it cannot run there are no terminals, and everything else goes on.
 */
export const startNodeAgentChild = ({ config, agent, url, log }: NodeAgentChildParts): NodeAgentChild => {
  const environment = {
    ROLES: 'node-agent',
    NODE_ENV: config.mode,
    LOG_LEVEL: config.logLevel,
    LOG_FORMAT: config.logFormat,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: config.dataDirectory,
    TERMINAL_GATEWAY_URL: `${url.replace(/^http/, 'ws')}${AGENT_PATH}`,
    TERMINAL_JWKS_URL: `${url}${TERMINAL_JWKS_PATH}`,
    NODE_AGENT_ID: agent.id,
    NODE_AGENT_NODES: agent.nodes.map((node) => selfId('nod', node).text).join(),
    NODE_AGENT_SIGNING_KEY: printKeyRing(agent.ring),
    NODE_AGENT_MAX_SESSIONS: String(config.nodeAgentMaxSessions),
    NODE_AGENT_SHELL_USER: `${String(config.nodeAgentShellUser.uid)}:${String(config.nodeAgentShellUser.gid)}`,
    ...(config.nodeAgentShell !== undefined && { NODE_AGENT_SHELL: config.nodeAgentShell }),
    ...(config.nodeAgentRecordings !== undefined && { NODE_AGENT_RECORDINGS: config.nodeAgentRecordings }),
    NODE_COMPILE_CACHE: getCompileCacheDir() ?? '',
  }
  let isStopping = false
  let restarts = 0
  let child: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  const start = (): void => {
    // The channel tells the agent when this process is gone, however it went.
    const started = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
    child = started
    let said = ''
    started.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2000)
    })
    started.once('error', (error) => {
      log.error({ err: error }, 'terminals are disabled: the node agent could not be started')
    })
    started.once('exit', (code, signal) => {
      if (isStopping) return
      restarts += 1
      const reason = said.trim().split('\n').slice(-4).join('\n')
      if (restarts > RESTARTS) log.error({ code, signal, reason }, 'terminals are disabled: the node agent ended')
      else {
        log.warn({ code, signal, reason }, 'the node agent ended, and is started again')
        timer = setTimeout(start, RESTART_MS * restarts)
      }
    })
  }
  start()
  return {
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      // One that could not be started has no pid, and tells no exit.
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const cut = setTimeout(() => child?.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(cut)
    },
  }
}
