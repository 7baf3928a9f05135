import { catalogued } from '../../../platform/errors/catalogue.ts'
import { idPage } from '../../../platform/graphql/id-page.ts'
import { loadConnection } from '../../../platform/graphql/loaders.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { BillingResolvers } from '../resolver-types.ts'
import { periodOf, type Period } from './model.ts'

type Asked = Parameters<typeof periodOf>[0]

const periodOrThrow = (asked: Asked, now: Date): Period => {
  const period = periodOf(asked, now)
  if (period.ok) return period.value
  throw catalogued('INVALID_INPUT', { argument: 'from' }, { message: '`from` must lie before `to`.' })
}

export const chargeResolvers: Pick<BillingResolvers, 'Project' | 'Charge'> = {
  Project: {
    spend: ({ id }, asked, { access, now, loaders }) => {
      const grant = access.project('BILLING_SPEND_READ', id)
      return loaders.spendOfProject(periodOrThrow(asked, now)).load(grant)
    },
    charges: ({ id }, args, { access, loaders }) => {
      const page = idPage(args, 'Project.charges')
      const key = { grant: access.project('BILLING_SPEND_READ', id), id: parseIdOrThrow('prj', id, 'id') }
      return loadConnection(loaders.chargesOfProject, page, key, (charge) => charge.id.local)
    },
  },
  Charge: {
    __resolveReference: ({ id }, { access, loaders }) =>
      loaders.charge.load({ grant: access.project('BILLING_SPEND_READ', id), id: parseIdOrThrow('chg', id, 'id') }),
    sku: ({ skuCode }) => ({ code: skuCode }),
  },
}
