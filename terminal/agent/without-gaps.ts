import { closeSync, openSync, readdirSync } from 'node:fs'

/**
 * Forks while no number is free below the highest of an open file. node-pty keeps open files from its child up to the first
 * free number beyond 15 (libuv's `uv_disable_stdio_inheritance`) and no further; what stands behind it would be inherited,
 * and that is other people's terminals.
 */
export const withoutGaps = <T>(fork: () => T): T => {
  const highest = Math.max(...readdirSync('/dev/fd').map(Number))
  const fillers: number[] = []
  try {
    do fillers.push(openSync('/dev/null', 'r'))
    while ((fillers.at(-1) ?? highest) < highest)
    return fork()
  } finally {
    for (const filler of fillers) closeSync(filler)
  }
}
