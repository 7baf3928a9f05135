/** @import { GraphClient, Terminal, TerminalState } from '../../../client/types.js' */
/** @import { Allocation } from './allocations.js' */
import { elementOf, made, said } from './elements.js'

const ADDRESS = '/live/xterm/xterm.mjs'
const SIZE = { cols: 80, rows: 24 }

/**
 * Loaded for the first terminal: it is by far the largest file of the page.
 * @returns {Promise<typeof import('@xterm/xterm')>}
 */
const loadXterm = () => import(ADDRESS)

/** @param {TerminalState} next */
const describe = (next) => {
  if (next.status === 'waiting') return `lost: ${next.reason.text}; again at ${next.retryAt.toLocaleTimeString()}`
  if (next.status !== 'closed') return next.status
  const { reason, exitCode } = next.end
  return exitCode === undefined ? `closed: ${reason}` : `closed: ${reason} ${String(exitCode)}`
}

/**
 * One terminal at a time, in an allocation that one picks.
 * @param {GraphClient} client
 */
export const showTerminals = (client) => {
  const section = elementOf('terminal', HTMLElement)
  const state = elementOf('terminal-state', HTMLOutputElement)
  const closing = elementOf('terminal-close', HTMLButtonElement)
  const place = elementOf('terminal-screen', HTMLDivElement)
  /** @type {(() => Promise<void>) | undefined} */
  let end

  /** @param {TerminalState} next */
  const show = (next) => {
    state.dataset['status'] = next.status
    state.value = describe(next)
  }

  /** @param {string} allocationId */
  const attach = async (allocationId) => {
    const { Terminal: Screen } = await loadXterm()
    const screen = new Screen({ ...SIZE, cursorBlink: true })
    const lines = made('div', {})
    place.replaceChildren(lines)
    screen.open(lines)
    /** @type {Terminal} */
    const terminal = await client.openTerminal({
      allocationId,
      columns: SIZE.cols,
      rows: SIZE.rows,
      onLost: ({ bytes }) => screen.write(`\r\n[${String(bytes)} bytes were lost]\r\n`),
    })
    end = async () => {
      end = undefined
      await terminal.close().catch((/** @type {unknown} */ error) => (state.value = said(error)))
    }
    show(terminal.state)
    terminal.onState(show)
    screen.onData((text) => void terminal.write(text))
    screen.focus()
    // The next bytes are asked for when these are on the screen: a program that prints faster waits for it.
    for await (const bytes of terminal.output) {
      await new Promise((drawn) => screen.write(bytes, () => drawn(undefined)))
    }
  }

  /** @param {string} allocationId */
  const open = async (allocationId) => {
    await end?.()
    section.hidden = false
    state.value = 'opening'
    closing.onclick = () => void end?.()
    await attach(allocationId).catch((/** @type {unknown} */ error) => (state.value = said(error)))
  }

  return {
    /**
     * Adds what opens a terminal to an allocation's row.
     * @param {HTMLLIElement} item
     * @param {Allocation} allocation
     */
    offer: (item, { id }) => item.append(made('button', { onclick: () => void open(id) }, 'Open a terminal')),
    close: async () => {
      await end?.()
      place.replaceChildren()
      section.hidden = true
    },
  }
}
