import { execute, OperationTypeNode, parse, type OperationDefinitionNode } from 'graphql'
import { answerText } from '../../gateway/execution/completion/answer-text.ts'
import { compileRoot } from '../../gateway/execution/completion/compile-writer.ts'
import { Writing } from '../../gateway/execution/completion/writing.ts'
import type { DataObject } from '../../gateway/execution/data.ts'
import { createEngine } from '../../gateway/execution/engine.ts'
import { loadSupergraph } from '../../gateway/supergraph/load-supergraph.ts'
import type { RequestContext } from '../../gateway/transport/transport.ts'
import { ANONYMOUS } from '../../platform/access/principal.ts'
import { Cancellation } from '../../platform/cancellation/cancellation.ts'
import { systemClock as clock } from '../../platform/clock/clock.ts'
import { silentLog } from '../../platform/log/log.ts'
import { ENGINE_OPERATIONS, type EngineOperation } from '../engine/operations.ts'
import { shopSupergraph } from '../engine/shop.ts'
import { shopTransports } from '../engine/shop-transports.ts'
import type { Case } from './measure.ts'

const requestOf = (): RequestContext => ({
  principal: ANONYMOUS,
  access: undefined,
  correlationId: 'bench',
  cancellation: new Cancellation(),
  state: new Map(),
})

const operationOf = (query: string): OperationDefinitionNode =>
  parse(query, { noLocation: true }).definitions[0] as OperationDefinitionNode // each query is one operation

/** Planner, writer, and all of the engine over subgraphs of this process, for the larger operations of `bench:engine`. */
export const engineCases = async (): Promise<Case[]> => {
  const loaded = await loadSupergraph({ source: { sdl: shopSupergraph(new Map()) }, log: silentLog })
  const supergraph = loaded.current()
  const engine = createEngine({
    supergraph,
    transportOf: shopTransports(10_000),
    onSubgraphErrors: () => undefined,
    clock,
  })

  const casesOf = async ({ name, query, variables }: EngineOperation): Promise<Case[]> => {
    const { apiSchema: schema } = supergraph
    const document = parse(query, { noLocation: true })
    const incoming = { document, documentKey: query, operationName: undefined, variables }
    const run = () => engine.execute(incoming, requestOf())
    const { data: written, errors } = await run()
    if (errors) throw new Error(errors.map(({ message }) => message).join('\n'))
    const { data } = JSON.parse(answerText({ data: written })) as { data: DataObject } // the operation has data
    const rootType = schema.getRootType(OperationTypeNode.QUERY)
    if (!rootType) throw new Error('The shop has queries')
    const context = { schema, fragments: new Map(), conditions: new Map(), guarding: undefined, client: undefined }
    const write = compileRoot(context, rootType, operationOf(query).selectionSet)
    const decisions = { errors: [], access: undefined, clock }
    const stringify = `JSON.stringify of the same, ${name}`
    return [
      { name: `plan, ${name}`, work: () => supergraph.plan(document) },
      { name: `engine in process, ${name}`, work: run },
      { name: stringify, work: () => Buffer.from(JSON.stringify(data)) },
      {
        name: `write, ${name}`,
        against: stringify,
        work: () => {
          const writing = new Writing({ introspection: {}, decisions })
          write(data, writing)
          return Buffer.concat(writing.json.finish().map((piece) => Buffer.from(piece)))
        },
      },
      {
        name: `complete by graphql-js and stringify, ${name}`,
        against: stringify,
        work: async () =>
          Buffer.from(JSON.stringify(await execute({ schema, document, rootValue: data, variableValues: variables }))),
      },
    ]
  }

  const cases: Case[] = []
  for (const operation of ENGINE_OPERATIONS)
    if (operation.name !== 'one-fetch') cases.push(...(await casesOf(operation)))
  return cases
}
