import { AUDIT_SETTINGS } from './settings/audit.ts'
import { CONNECTION_SETTINGS } from './settings/connections.ts'
import { GATEWAY_SETTINGS } from './settings/gateway.ts'
import { IDENTITY_SETTINGS } from './settings/identity.ts'
import { NODE_AGENT_SETTINGS } from './settings/node-agent.ts'
import { NOTIFICATION_SETTINGS } from './settings/notifications.ts'
import { PROCESS_SETTINGS } from './settings/process.ts'
import { STORE_SETTINGS } from './settings/stores.ts'
import { TERMINAL_GATEWAY_SETTINGS } from './settings/terminal-gateway.ts'
import { WEBHOOK_SETTINGS } from './settings/webhooks.ts'
import { TERMINAL_SETTINGS } from './settings/terminals.ts'

/** Every setting of the product, by the name under which the code reads it. */
export const SETTINGS = {
  ...PROCESS_SETTINGS,
  ...STORE_SETTINGS,
  ...IDENTITY_SETTINGS,
  ...GATEWAY_SETTINGS,
  ...CONNECTION_SETTINGS,
  ...AUDIT_SETTINGS,
  ...WEBHOOK_SETTINGS,
  ...NOTIFICATION_SETTINGS,
  ...TERMINAL_SETTINGS,
  ...TERMINAL_GATEWAY_SETTINGS,
  ...NODE_AGENT_SETTINGS,
}

/** The settings as the documentation groups them. */
export const SETTING_GROUPS = [
  { title: 'The process', settings: PROCESS_SETTINGS },
  { title: 'Stores', settings: STORE_SETTINGS },
  { title: 'Identity', settings: IDENTITY_SETTINGS },
  { title: 'The gateway', settings: GATEWAY_SETTINGS },
  { title: 'Connections that last', settings: CONNECTION_SETTINGS },
  { title: 'The audit log', settings: AUDIT_SETTINGS },
  { title: 'Notifications', settings: NOTIFICATION_SETTINGS },
  { title: 'Webhooks', settings: WEBHOOK_SETTINGS },
  { title: 'Terminals', settings: TERMINAL_SETTINGS },
  { title: 'The terminal gateway', settings: TERMINAL_GATEWAY_SETTINGS },
  { title: 'The node agent', settings: NODE_AGENT_SETTINGS },
]
