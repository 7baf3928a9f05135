import { selfId } from '../../platform/ids/id.ts'
import * as tenants from '../../server/demo/tenants.ts'

const text = ({ id }: { id: Parameters<typeof selfId>[1] }) => selfId('prj', id).text

/** The demo projects, as clients name them. */
export const VISION = text(tenants.vision)
export const PLANNING = text(tenants.planning)
export const SIMULATION = text(tenants.simulation)
export const TELESCOPE = text(tenants.telescope)
export const SURVEY = text(tenants.survey)
/** Well formed, and nobody's. */
export const NOBODYS = selfId('prj', '018f3e7a-0000-7000-8000-00000000dead' as Parameters<typeof selfId>[1]).text

export const NORTHWIND = selfId('org', tenants.northwind.id).text
export const AURORA = selfId('org', tenants.aurora.id).text
