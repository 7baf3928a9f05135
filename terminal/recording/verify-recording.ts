import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { CHECKPOINT, HashChain } from './chain.ts'

export type VerifiedRecording =
  | { readonly ok: true; readonly events: number; readonly seconds: number }
  /** `line`: the first line, counted from 1, up to which the file is not what was recorded. */
  | { readonly ok: false; readonly line: number }

const event = z.tuple([z.number(), z.string(), z.string()])

/**
 * Checks a recording against the head of its chain that was reported when the session ended. A changed, missing or
 * added line is found: at the latest at the next checkpoint of the file, or by the head.
 */
export const verifyRecording = async (file: string, head: string): Promise<VerifiedRecording> => {
  const chain = new HashChain()
  let line = 0
  let events = 0
  let seconds = 0
  for await (const text of linesOf(file)) {
    line += 1
    if (line > 1) {
      const read = parse(text)
      if (read === undefined) return { ok: false, line }
      const [at, code, data] = read
      if (code === 'm' && data.startsWith(CHECKPOINT) && data !== `${CHECKPOINT}${chain.head}`)
        return { ok: false, line }
      seconds = at
      events += 1
    }
    chain.add(`${text}\n`)
  }
  return chain.head === head ? { ok: true, events, seconds } : { ok: false, line }
}

/** Lines end with a line feed alone: `readline` would also end them within a text that holds U+2028. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = `${rest}${String(chunk)}`.split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}

const parse = (text: string): z.infer<typeof event> | undefined => {
  try {
    return event.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
