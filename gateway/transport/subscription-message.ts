/** What a subgraph says by the protocol `graphql-transport-ws`; nothing of it has been checked. */
export interface SubscriptionMessage {
  readonly type: string
  readonly id: string
  readonly payload: unknown
}

/** What the subgraph sent; undefined where it is no JSON object. */
export const messageOf = (data: Buffer): SubscriptionMessage | undefined => {
  try {
    const { type, id, payload } = JSON.parse(data.toString()) as Record<string, unknown> // null throws here, and so is none
    return { type: String(type), id: String(id), payload }
  } catch {
    return undefined
  }
}
