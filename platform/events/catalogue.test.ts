import { describe, expect, test } from '@jest/globals'
import { v7 } from 'uuid'
import { z } from 'zod'
import { isSecretName } from '../log/secret-names.ts'
import type { Uuid } from '../ids/id.ts'
import { allocationReleased, assertCatalogued, EVENT_CATALOGUE, EVENT_SUBJECTS, usageMetered } from './catalogue.ts'
import { defineEvent, EventRefused } from './define-event.ts'

const uuid = (): Uuid => v7() as Uuid // canonical by construction

const project = { organizationId: uuid(), projectId: uuid() }

/** Every field name in a schema, at any depth. */
const fieldNames = (schema: z.ZodType): readonly string[] => {
  const names: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries<unknown>({ ...node })) {
      if (key === 'properties' && typeof value === 'object' && value !== null) names.push(...Object.keys(value))
      visit(value)
    }
  }
  visit(z.toJSONSchema(schema, { unrepresentable: 'any' }))
  return names
}

describe('the catalogue of events', () => {
  test.each(EVENT_CATALOGUE.map((event) => [event.type, event] as const))('%s keeps the contract', (type, event) => {
    expect(type).toMatch(/^(gpuaas\.[a-z]+|platform\.[a-z]+|appplatform|storage)\.[a-z]+(_[a-z]+)*$/)
    expect(EVENT_SUBJECTS.some((subject) => type.startsWith(subject.replace('>', '')))).toBe(true)
    expect(event.version).toBeGreaterThan(0)
    expect(event.description).toMatch(/^[A-Z].*\.$/)
    expect(fieldNames(event.schema).filter(isSecretName)).toEqual([])
    if (/usage|budget/.test(type)) expect(event.owner).toBe('project')
  })

  test('names no event twice', () => {
    const types = EVENT_CATALOGUE.map(({ type }) => type)
    expect(types).toEqual([...new Set(types)])
  })

  test('the guard against secrets sees a secret-like field, nested or not (R78)', () => {
    const leaky = defineEvent({
      type: 'storage.leaky',
      version: 1,
      owner: 'project',
      description: 'x',
      data: { bucketId: z.string(), inner: z.array(z.object({ apiToken: z.string() })), password: z.string() },
    })
    expect(fieldNames(leaky.schema).filter(isSecretName)).toEqual(['password', 'apiToken'])
  })

  test('a producer is refused usage without a project (R74)', () => {
    const instant = '2026-11-01T00:00:00.000Z'
    const data = { resourceId: uuid(), from: instant, to: instant, seconds: 0 }
    expect(() => usageMetered.create({ organizationId: uuid() }, data)).toThrow(EventRefused)
    expect(usageMetered.create(project, data)).toEqual({ type: usageMetered.type, version: 1, owner: project, data })
  })

  test('an outbox refuses what the catalogue does not know: type, version, field, shape, owner', () => {
    const good = allocationReleased.create(project, {
      allocationId: uuid(),
      skuId: uuid(),
      skuCode: 'h100-8',
      placedAt: '2026-11-01T00:00:00.000Z',
      releasedAt: '2026-11-01T01:00:00.000Z',
    })
    expect(() => {
      assertCatalogued(good)
    }).not.toThrow()
    const bad = [
      { ...good, type: 'gpuaas.provisioning.unknown' },
      { ...good, version: 2 },
      { ...good, data: { ...good.data, note: 'free text' } },
      { ...good, data: { ...good.data, allocationId: 'not an id' } },
      { ...good, owner: { organizationId: project.organizationId } },
    ]
    for (const event of bad) {
      expect(() => {
        assertCatalogued(event)
      }).toThrow(EventRefused)
    }
  })

  test('a consumer reads typed data, and refuses an event of another version', () => {
    const event = {
      ...usageMetered.create(project, {
        resourceId: uuid(),
        from: '2026-11-01T00:00:00Z',
        to: '2026-11-01T01:00:00Z',
        seconds: 3_600,
      }),
      id: uuid(),
      occurredAt: '2026-11-01T01:00:00.000Z',
      correlationId: 'c',
      causationId: 'c',
    }
    expect(usageMetered.read(event).seconds).toBe(3_600)
    expect(() => usageMetered.read({ ...event, version: 2 })).toThrow(EventRefused)
  })
})
