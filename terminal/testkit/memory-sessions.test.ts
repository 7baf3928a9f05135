import { describe } from '@jest/globals'
import { systemIds } from '../../platform/ids/generator.ts'
import type { Uuid } from '../../platform/ids/id.ts'
import { memorySessions } from './memory-sessions.ts'
import { sessionsConformance } from './sessions-conformance.ts'

describe('sessions in memory', () => {
  sessionsConformance(async () => {
    const sessions = memorySessions(systemIds.next())
    const gatewayOf = (id: string) => ({ id, sessions })
    let sessionId: Uuid | undefined
    return {
      gateways: [gatewayOf('first'), gatewayOf('second')],
      mint: async ({ id }) => {
        await sessions.join({ id, url: `ws://${id}.example`, capacity: 1, held: () => 0 })
        if (sessionId !== undefined) return sessions.reattach(sessionId)
        const opened = sessions.open()
        sessionId = opened.sessionId
        return opened.token
      },
    }
  })
})
