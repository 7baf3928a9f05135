import type { Adapter, AdapterPayload } from 'oidc-provider'

interface Entry {
  readonly payload: AdapterPayload
  readonly expiresAt: number
}

/** Sign-ins, sessions and codes that the provider remembers at once; the oldest go first. */
const CAPACITY = 5_000

/**
 * The provider's memory: bounded, in this process, gone with it. A restart ends sessions at the provider; access
 * tokens stay good, because they are signed by keys that are kept in a file.
 */
export const createMemoryAdapter = (capacity = CAPACITY): ((model: string) => Adapter) => {
  const entries = new Map<string, Entry>()

  const find = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    if (entry.expiresAt > Date.now()) return entry.payload
    entries.delete(key)
    return undefined
  }

  const findWhere = (model: string, matches: (payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
    for (const key of entries.keys()) {
      if (!key.startsWith(`${model}:`)) continue
      const payload = find(key)
      if (payload !== undefined && matches(payload)) return payload
    }
    return undefined
  }

  const insert = (key: string, payload: AdapterPayload, expiresIn: number | undefined): void => {
    entries.delete(key)
    entries.set(key, {
      payload,
      expiresAt: expiresIn === undefined ? Number.POSITIVE_INFINITY : Date.now() + expiresIn * 1000,
    })
    if (entries.size <= capacity) return
    const oldest = entries.keys().next()
    if (oldest.done !== true) entries.delete(oldest.value)
  }

  return (model) => ({
    upsert: async (id, payload, expiresIn) => insert(`${model}:${id}`, payload, expiresIn),
    find: async (id) => find(`${model}:${id}`),
    findByUid: async (uid) => findWhere(model, (payload) => payload.uid === uid),
    findByUserCode: async (userCode) => findWhere(model, (payload) => payload.userCode === userCode),
    consume: async (id) => {
      const payload = find(`${model}:${id}`)
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000)
    },
    destroy: async (id) => {
      entries.delete(`${model}:${id}`)
    },
    revokeByGrantId: async (grantId) => {
      for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key)
    },
  })
}
