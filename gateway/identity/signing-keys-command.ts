import { turnKeys, TURNS } from './turn-keys.ts'

const USAGE = `npm run signing-keys -- create <file>    make a file with one key, which signs
npm run signing-keys -- publish <file>   add a key that is published and does not sign yet
npm run signing-keys -- use <file>       let the key that was added last sign; the others stay published
npm run signing-keys -- retire <file>    take away every key but the one that signs`

/** `npm run signing-keys`: the steps of docs/runbooks/rotate-internal-keys.md. */
const main = async (): Promise<void> => {
  const [name, file, ...rest] = process.argv.slice(2)
  const turn = TURNS.find((known) => known === name)
  if (turn === undefined || file === undefined || rest.length > 0) {
    process.stderr.write(`${USAGE}\n`)
    process.exitCode = 2
    return
  }
  const [active, ...published] = await turnKeys(file, turn)
  process.stdout.write(`signs: ${active ?? ''}\n${published.map((kid) => `published: ${kid}\n`).join('')}`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
