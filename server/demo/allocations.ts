import { demoUuid } from './demo-id.ts'
import { nodeNamed, slice, wholeIb, wholeRoce, type DemoNode } from './machines.ts'
import { planning, simulation, survey, telescope, vision } from './tenants.ts'

type DemoSku = typeof slice
type DemoProject = typeof vision

/** One allocation of the demonstration; times are hours before the seed ran. */
export interface DemoAllocation {
  readonly id: ReturnType<typeof demoUuid>
  readonly name: string
  readonly project: DemoProject
  readonly sku: DemoSku
  /** The states at rest: nothing is queued for the others at the seed. */
  readonly state: 'ACTIVE' | 'RELEASED' | 'FAILED'
  readonly node: DemoNode | null
  /** The claimed slots of the node. */
  readonly slots: DemoNode['slots']
  readonly placedHoursAgo: number
  readonly releasedHoursAgo: number | null
}

const LABELLED = Date.parse('2026-01-06T10:00:00Z')
let made = 0

const allocation = (
  project: DemoProject,
  name: string,
  sku: DemoSku,
  state: DemoAllocation['state'],
  node: DemoNode | null,
  slots: DemoNode['slots'],
  placedHoursAgo: number,
  releasedHoursAgo: number | null = null,
): DemoAllocation => ({
  id: demoUuid(`alc ${project.slug} ${name}`, new Date(LABELLED + made++ * 60_000)),
  name,
  project,
  sku,
  state,
  node,
  slots,
  placedHoursAgo,
  releasedHoursAgo,
})

const fraIb1 = nodeNamed('fra-ib-1')
const fraRoce1 = nodeNamed('fra-roce-1')
const fraSlice1 = nodeNamed('fra-slice-1')
const oslSlice1 = nodeNamed('osl-slice-1')

export const allocations: readonly DemoAllocation[] = [
  allocation(vision, 'training-main', wholeIb, 'ACTIVE', fraIb1, fraIb1.slots, 400),
  allocation(vision, 'labelling', slice, 'ACTIVE', fraSlice1, fraSlice1.slots.slice(0, 1), 120),
  allocation(vision, 'notebook', slice, 'ACTIVE', fraSlice1, fraSlice1.slots.slice(1, 2), 30),
  allocation(vision, 'old-experiment', slice, 'RELEASED', fraSlice1, [], 700, 500),
  allocation(vision, 'too-large', wholeIb, 'FAILED', null, [], 90),
  allocation(planning, 'route-planner', slice, 'ACTIVE', oslSlice1, oslSlice1.slots.slice(0, 1), 200),
  allocation(planning, 'batch-night', slice, 'RELEASED', oslSlice1, [], 300, 260),
  allocation(simulation, 'physics-farm', wholeRoce, 'ACTIVE', fraRoce1, fraRoce1.slots, 150),
  allocation(telescope, 'sky-stack', slice, 'ACTIVE', oslSlice1, oslSlice1.slots.slice(1, 2), 240),
  allocation(telescope, 'calibration', slice, 'RELEASED', oslSlice1, [], 600, 590),
  allocation(survey, 'catalogue', slice, 'ACTIVE', oslSlice1, oslSlice1.slots.slice(2, 3), 60),
]
