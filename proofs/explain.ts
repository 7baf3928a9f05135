import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { explain, readVariables } from './explain/explain.ts'
import { grantsOfTheDemonstration } from './explain/grants.ts'
import { explanationText } from './explain/print.ts'
import { accessByFile, accessOf, principalNamed } from './explain/subject.ts'
import { productSupergraph } from './stage/stage.ts'

const USAGE = `Usage: npm run explain -- --as <principal> <operation.graphql> [--variables <json | @file>]
       npm run explain -- --supergraph <file> --grants <file> [--sub <subject>] <operation.graphql> [--variables …]

  --as          a demo user's email, a demo service account, or anonymous
  --supergraph  another graph than this product's
  --grants      a grants file; without --sub the caller is anonymous
  --json        the explanation as JSON`

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      as: { type: 'string' },
      supergraph: { type: 'string' },
      grants: { type: 'string' },
      sub: { type: 'string' },
      variables: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [file] = positionals
  if (file === undefined || positionals.length > 1 || (values.as === undefined) === (values.grants === undefined)) {
    console.error(USAGE)
    return 2
  }
  const access =
    values.grants === undefined
      ? await accessOf(principalNamed(values.as ?? ''), grantsOfTheDemonstration)
      : await accessByFile(values.grants, values.sub)
  const explanation = await explain({
    supergraph: values.supergraph === undefined ? await productSupergraph() : await readFile(values.supergraph, 'utf8'),
    document: await readFile(file, 'utf8'),
    variables: await readVariables(values.variables),
    access,
  })
  console.log(
    values.json
      ? JSON.stringify(explanation, undefined, 2)
      : explanationText(values.as ?? values.sub ?? 'anonymous', explanation),
  )
  return 0
}

/** `npm run explain` */
process.exitCode = await main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : fault)
  return 2
})
