import type { Result } from '../../../platform/result/result.ts'
import { NAME_RULE, refusing } from '../refusals.ts'
import type { App, CreateAppRefusal } from './model.ts'

const refused = refusing<CreateAppRefusal>({
  NAME_INVALID: { field: ['name'], message: NAME_RULE },
  NAME_TAKEN: { field: ['name'], message: 'The project has an app of this name.' },
})

export const createAppPayload = (created: Result<App, CreateAppRefusal>) =>
  created.ok ? { app: created.value, userErrors: [] } : { app: null, userErrors: refused(created.error) }
