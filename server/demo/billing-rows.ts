import { allocations, type DemoAllocation } from './allocations.ts'
import { demoUuid } from './demo-id.ts'
import { skus } from './machines.ts'
import { tableRows, type Cell, type TableRows } from './rows.ts'
import { organizations } from './tenants.ts'

const HOUR = 3_600_000
const DAY_HOURS = 24
const FUNDING_MICROS = 25_000_000_000n
const PRICED = new Date('2026-01-01T00:00:00Z')

type Organization = (typeof organizations)[number]
type Row = Readonly<Record<string, Cell>>

const accountId = (organization: Organization, kind: string) =>
  demoUuid(`bac ${organization.slug} ${kind}`, organization.createdAt)

/** A transaction that moves an amount from one account to another: two entries that sum to zero. */
const posting = (
  organization: Organization,
  label: string,
  at: Date,
  kind: string,
  description: string,
  amount: bigint,
  from: string,
  to: string,
) => {
  const transaction = demoUuid(`ltx ${label}`, at)
  const entry = (account: string, amountMicros: bigint): Row => ({
    org_id: organization.id,
    id: demoUuid(`ent ${label} ${account}`, at),
    transaction_id: transaction,
    account_id: accountId(organization, account),
    amount_micros: amountMicros,
    occurred_at: at,
  })
  return {
    id: transaction,
    transaction: {
      org_id: organization.id,
      id: transaction,
      kind,
      source: label,
      description,
      occurred_at: at,
    } satisfies Row,
    entries: [entry(from, -amount), entry(to, amount)],
    posted: { org_id: organization.id, source: label, transaction_id: transaction } satisfies Row,
  }
}

/** A month of daily charges: what each machine cost on each day that it was held. */
const chargesOf = (of: DemoAllocation, now: Date) => {
  const end = of.releasedHoursAgo ?? 0
  const days = Math.ceil((of.placedHoursAgo - end) / DAY_HOURS)
  return Array.from({ length: days }, (_, day) => {
    const fromHoursAgo = of.placedHoursAgo - day * DAY_HOURS
    const toHoursAgo = Math.max(fromHoursAgo - DAY_HOURS, end)
    const usedTo = new Date(now.getTime() - toHoursAgo * HOUR)
    const amount = of.sku.microsPerHour * BigInt(fromHoursAgo - toHoursAgo)
    const label = `demo usage ${of.id} ${String(day)}`
    const posted = posting(
      of.project.organization,
      label,
      usedTo,
      'CHARGE',
      `${of.sku.name}: ${of.name}`,
      amount,
      'WALLET',
      'REVENUE',
    )
    const charge: Row = {
      org_id: of.project.organization.id,
      project_id: of.project.id,
      id: demoUuid(`charge ${label}`, usedTo),
      transaction_id: posted.id,
      resource: of.id,
      sku_code: of.sku.code,
      used_from: new Date(now.getTime() - fromHoursAgo * HOUR),
      used_to: usedTo,
      rate_micros_per_hour: of.sku.microsPerHour,
      amount_micros: amount,
      currency: 'EUR',
    }
    return { ...posted, charge }
  })
}

export const billingRows = (now: Date): TableRows[] => {
  const funding = organizations.map((organization) =>
    posting(
      organization,
      `demo funding ${organization.slug}`,
      new Date(now.getTime() - 720 * HOUR),
      'FUNDING',
      'Bank transfer',
      FUNDING_MICROS,
      'FUNDING',
      'WALLET',
    ),
  )
  const usage = allocations.filter(({ node }) => node !== null).flatMap((of) => chargesOf(of, now))
  const postings = [...funding, ...usage]
  return [
    tableRows(
      'owner',
      'billing.prices',
      skus.map(({ priceId, code, microsPerHour }) => ({
        id: priceId,
        sku_code: code,
        rate_micros_per_hour: microsPerHour,
        currency: 'EUR',
        effective_from: PRICED,
      })),
    ),
    tableRows(
      'billing',
      'billing.accounts',
      organizations.flatMap((organization) =>
        ['WALLET', 'FUNDING', 'REVENUE'].map((kind) => ({
          org_id: organization.id,
          id: accountId(organization, kind),
          kind,
          currency: 'EUR',
          created_at: organization.createdAt,
        })),
      ),
    ),
    tableRows(
      'billing',
      'billing.transactions',
      postings.map(({ transaction }) => transaction),
    ),
    tableRows(
      'billing',
      'billing.entries',
      postings.flatMap(({ entries }) => entries),
    ),
    tableRows(
      'billing',
      'billing.posted_sources',
      postings.map(({ posted }) => posted),
    ),
    tableRows(
      'billing',
      'billing.charges',
      usage.map(({ charge }) => charge),
    ),
  ]
}
