import { shopSchema, SHOP_SUBGRAPHS } from './shop.ts'
import { inProcessTransport } from '../../gateway/transport/in-process-transport.ts'
import type { SubgraphTransport } from '../../gateway/transport/transport.ts'
import { withPromptEntities } from '../../platform/graphql/prompt-entities.ts'

/** The five subgraphs of the shop in this process, by name. Throws for another name. */
export const shopTransports = (timeoutMs: number): ((name: string) => SubgraphTransport) => {
  const transports = new Map<string, SubgraphTransport>(
    SHOP_SUBGRAPHS.map((name) => {
      const schema = withPromptEntities(shopSchema(name))
      return [name, inProcessTransport({ name, schema, context: () => ({}), timeoutMs })]
    }),
  )
  return (name) => {
    const transport = transports.get(name)
    if (!transport) throw new Error(`There is no subgraph ${name}`)
    return transport
  }
}
