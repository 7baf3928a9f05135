import { printApiKey } from '../../platform/access/api-key.ts'
import type { Peppers } from '../../platform/crypto/peppers.ts'
import { SERVICE_ACCOUNT_CAPABILITIES, type Capability } from '../../directives/capabilities.ts'
import { demoUuid } from './demo-id.ts'
import { FOUNDED, planning, telescope, vision, type projects } from './tenants.ts'

const account = (
  name: string,
  project: (typeof projects)[number],
  { capabilities, suspended }: { readonly capabilities: readonly Capability[]; readonly suspended?: 'suspended' },
) => ({
  id: demoUuid(`sva ${name}`, FOUNDED),
  keyId: demoUuid(`key ${name}`, FOUNDED),
  name,
  project,
  capabilities,
  isSuspended: suspended === 'suspended',
  createdAt: FOUNDED,
})

export type DemoServiceAccount = ReturnType<typeof account>

/** Programs of the demonstration: one that deploys, one of the other organization that reads, one that is suspended. */
export const serviceAccounts = [
  account('vision-deploy', vision, { capabilities: [...SERVICE_ACCOUNT_CAPABILITIES] }),
  account('telescope-report', telescope, {
    capabilities: ['PROJECT_READ', 'COMPUTE_ALLOCATION_READ', 'STORAGE_BUCKET_READ', 'BILLING_SPEND_READ'],
  }),
  account('planning-import', planning, { capabilities: ['PROJECT_READ'], suspended: 'suspended' }),
]

/** The secret of a demo key, made of this installation's pepper: no two have the same, and no repository knows one. */
export const demoKeySecret = (peppers: Peppers, { name }: DemoServiceAccount): Buffer => peppers.derive(`demo ${name}`)

/** The text by which a demo service account is let in. */
export const demoKey = (peppers: Peppers, of: DemoServiceAccount): string =>
  printApiKey({ keyId: of.keyId, secret: demoKeySecret(peppers, of) })
