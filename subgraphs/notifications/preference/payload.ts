import type { Result } from '../../../platform/result/result.ts'
import type { Preference, PreferenceRefusal } from './model.ts'

const REFUSALS: Readonly<Record<PreferenceRefusal, string>> = {
  MANDATORY: 'Notifications of security cannot be switched off.',
  REPEATED: 'One category and medium was named twice.',
}

export const updateNotificationPreferencesPayload = (updated: Result<readonly Preference[], PreferenceRefusal>) =>
  updated.ok
    ? { preferences: [...updated.value], userErrors: [] }
    : {
        preferences: null,
        userErrors: [{ code: updated.error, field: ['preferences'], message: REFUSALS[updated.error] }],
      }
