import { createHash } from 'node:crypto'
import type { Envelope } from '../../platform/crypto/envelope.ts'
import { demoUuid } from './demo-id.ts'
import { tableRows, type TableRows } from './rows.ts'
import { secretRows, type DemoEnvironment } from './secret-rows.ts'
import { planning, telescope, vision } from './tenants.ts'

const DEPLOYED = Date.parse('2026-01-07T12:00:00Z')
const minute = (n: number) => new Date(DEPLOYED + n * 60_000)
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

const app = (project: typeof vision, name: string, hostname: string, at: number) => ({
  project,
  name,
  hostname,
  at: minute(at),
  id: demoUuid(`app ${name}`, minute(at)),
  environmentId: demoUuid(`env ${name} production`, minute(at + 1)),
  releaseId: demoUuid(`rel ${name} 1`, minute(at + 2)),
  routeId: demoUuid(`rte ${name}`, minute(at + 3)),
})

const apps = [
  app(vision, 'inspector', 'inspector.northwind.example', 0),
  app(planning, 'dispatcher', 'dispatcher.northwind.example', 10),
  app(telescope, 'sky-viewer', 'sky.aurora.example', 20),
]

const ownerOf = ({ project }: (typeof apps)[number]) => ({ org_id: project.organization.id, project_id: project.id })

const environments: readonly DemoEnvironment[] = apps.map((of) => ({
  owner: of.project,
  environmentId: of.environmentId,
  app: of.name,
  at: of.at,
}))

export const appPlatformRows = (envelope: Envelope | undefined): TableRows[] => [
  tableRows(
    'app_platform',
    'app_platform.apps',
    apps.map((of) => ({ ...ownerOf(of), id: of.id, name: of.name, created_at: of.at })),
  ),
  tableRows(
    'app_platform',
    'app_platform.releases',
    apps.map((of) => ({
      ...ownerOf(of),
      id: of.releaseId,
      app_id: of.id,
      image_repository: `registry.gpuaas.example/${of.project.slug}/${of.name}`,
      image_digest: sha256(`image ${of.name}`),
      manifest_hash: sha256(`manifest ${of.name}`),
      signature_status: 'VERIFIED',
      sbom_digest: sha256(`sbom ${of.name}`),
      created_at: of.at,
    })),
  ),
  tableRows(
    'app_platform',
    'app_platform.environments',
    apps.map((of) => ({
      ...ownerOf(of),
      id: of.environmentId,
      app_id: of.id,
      name: 'production',
      current_release_id: of.releaseId,
      created_at: of.at,
    })),
  ),
  tableRows(
    'app_platform',
    'app_platform.routes',
    apps.map((of) => ({
      ...ownerOf(of),
      id: of.routeId,
      environment_id: of.environmentId,
      hostname: of.hostname,
      endpoint: 'http:8080',
      auth_mode: 'OIDC',
      route_family: 'BROWSER_APP',
      proxy_pool: 'shared',
      version: 1,
      created_at: of.at,
    })),
  ),
  ...(envelope ? secretRows(envelope, environments) : []),
]
