import { setTimeout as pause } from 'node:timers/promises'

const LOOK_EVERY_MS = 10

/** Resolves when the condition holds; fails with its description when it does not in time. */
export const until = async (
  description: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> => {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs.toString()} ms in vain until ${description}`)
    await pause(LOOK_EVERY_MS)
  }
}
