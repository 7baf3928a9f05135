import { readFile, stat } from 'node:fs/promises'

export interface FollowOptions {
  readonly file: string
  /** What was read of it last. */
  readonly text: string
  /** Called with each new text, one at a time. */
  readonly onText: (text: string) => Promise<void> | void
  /** Called once when the file cannot be read for longer than a replacement takes; again after it was back. */
  readonly onFault: (error: unknown) => void
  readonly everyMs?: number
}

/** How often a followed file is looked at. A change is read when it has stood still for one look: within 0.5 s. */
const LOOK_EVERY_MS = 150
/** Looks after which a file that never stands still is read all the same, and one that is gone counts as gone. */
const PATIENCE = 7

/**
 * Follows a file by looking at it: what an atomic rename, a write in place, a mounted volume or a symbolic link that
 * turns elsewhere (as Kubernetes updates a ConfigMap) have in common is that the path leads to something else, and
 * watchers see only some of them. A half-written file is not read, unless its writer pauses for longer than one look.
 */
export const followFile = ({ file, text, onText, onFault, everyMs = LOOK_EVERY_MS }: FollowOptions): (() => void) => {
  let known = text
  let seen = ''
  let read = ''
  let restless = 0
  let failures = 0
  let isStopped = false
  let timer: NodeJS.Timeout | undefined

  const look = async (): Promise<void> => {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true })
    const signature = [dev, ino, size, mtimeNs, ctimeNs].join(' ')
    const isStill = signature === seen
    failures = 0
    seen = signature
    if (signature === read && isStill) return
    if (!isStill && ++restless < PATIENCE) return
    const latest = await readFile(file, 'utf8')
    restless = 0
    read = signature
    if (latest === known || isStopped) return
    known = latest
    await onText(latest)
  }

  const again = (): void => {
    if (isStopped) return
    timer = setTimeout(() => {
      look()
        .catch((error: unknown) => {
          if (++failures === PATIENCE) onFault(error)
        })
        .finally(again)
    }, everyMs)
    timer.unref()
  }
  again()

  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
