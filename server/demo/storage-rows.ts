import { demoUuid } from './demo-id.ts'
import { tableRows, type TableRows } from './rows.ts'
import { planning, simulation, telescope, vision } from './tenants.ts'

const CREATED = Date.parse('2026-01-08T08:00:00Z')
const minute = (n: number) => new Date(CREATED + n * 60_000)

const bucket = (project: typeof vision, name: string, at: number) => ({
  project,
  name,
  at: minute(at),
  id: demoUuid(`bkt ${project.slug} ${name}`, minute(at)),
})

const frames = bucket(vision, 'camera-frames', 0)
const buckets = [
  frames,
  bucket(vision, 'model-checkpoints', 1),
  bucket(planning, 'maps', 2),
  bucket(simulation, 'scenes', 3),
  bucket(telescope, 'night-sky', 4),
]

export const storageRows = (): TableRows[] => [
  tableRows(
    'storage',
    'storage.buckets',
    buckets.map(({ project, id, name, at }) => ({
      org_id: project.organization.id,
      project_id: project.id,
      id,
      name,
      created_at: at,
    })),
  ),
  // Simulation trains on what Vision recorded.
  tableRows('storage', 'storage.grants', [
    {
      org_id: vision.organization.id,
      project_id: vision.id,
      id: demoUuid('sgr vision simulation', minute(10)),
      bucket_id: frames.id,
      subject_org_id: simulation.organization.id,
      subject_project_id: simulation.id,
      rights: 'READ',
      created_at: minute(10),
      expires_at: null,
      revoked_at: null,
    },
  ]),
]
