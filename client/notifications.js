/** @import { Cursored, GraphClient, NotificationOptions, Subscription } from './types.js' */
import { asOne } from './errors.js'
import { mapped } from './mapped.js'

const FIELDS = 'id title body template subject projectId createdAt readAt'
const NEWEST = 'query NewestNotification { notifications(first: 1) { edges { node { cursor } } } }'

/**
 * The notifications of the caller, as a stream that resumes.
 * @template {object} Fields
 * @param {Pick<GraphClient, 'query' | 'subscribe'>} client
 * @param {NotificationOptions} [options]
 * @returns {Subscription<Fields & Cursored>}
 */
export const openNotifications = (client, { after, fields = FIELDS, ...options } = {}) => {
  /** @typedef {{ notifications: (Fields & Cursored) | null }} Data */
  /** @type {Subscription<import('./types.js').GraphResult<Data>>} */
  const events = client.subscribe(
    `subscription Notifications($after: String) { notifications(after: $after) { ${fields} cursor } }`,
    {
      ...options,
      resume: {
        variable: 'after',
        after,
        cursorOf: ({ notifications }) => notifications?.cursor,
        begin: async (signal) => {
          const { data, errors } = await client.query(NEWEST, { signal })
          const { notifications } = /** @type {{ notifications: { edges: { node: Cursored }[] } | null }} */ (data)
          if (!notifications) throw asOne(errors)
          return notifications.edges[0]?.node.cursor
        },
      },
    },
  )
  return mapped(events, ({ data, errors }) => {
    if (!data.notifications) throw asOne(errors)
    return data.notifications
  })
}
