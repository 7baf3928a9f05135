import { expect, test } from '@jest/globals'
import { eventually } from './eventually.ts'
import { NOBODYS, NORTHWIND, PLANNING, SIMULATION, TELESCOPE, VISION } from '../e2e/demo-ids.ts'
import { ask, type Product } from './product.ts'
import { subscribe, subscribeToNotifications } from './subscriber.ts'
import { DASHBOARD } from '../../server/welcome.ts'

const OWNER = 'owner@northwind.example'
const AURORA_OWNER = 'owner@aurora.example'

/** Correlation ids are the one thing that may differ between two answers. */
const withoutCorrelation = (text: string): string => text.replaceAll(/"correlationId":"[^"]*"/g, '"correlationId":""')

interface Allocation {
  readonly id: string
  readonly state: string
}

const CREATE = `mutation ($project: ID!, $name: String!) {
  createAllocation(input: { projectId: $project, name: $name, skuCode: "l40s-1" }) {
    allocation { id state } userErrors { code message }
  }
}`
const RELEASE = `mutation ($id: ID!) {
  releaseAllocation(input: { allocationId: $id }) { allocation { id state } userErrors { code } }
}`

/** What every deployment of the product must do, whichever its form. `product` is asked at each test. */
export const productSuite = (product: () => Product): void => {
  const gatewayOf = (index: number): string => {
    const { urls } = product()
    return urls[index % urls.length] ?? urls[0]
  }
  const asked = async <Data>(
    email: string,
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
    gateway = 0,
  ) => ask<Data>(gatewayOf(gateway), query, { variables, token: await product().tokenOf(email) })

  const allocate = async (name: string): Promise<string> => {
    const { data, errors } = await asked<{ createAllocation: { allocation: Allocation | null } }>(OWNER, CREATE, {
      project: VISION,
      name,
    })
    const id = data?.createAllocation.allocation?.id
    if (id === undefined) throw new Error(`No allocation was made: ${JSON.stringify(errors)}`)
    return id
  }

  test('the dashboard holds rows of all six subgraphs in one operation', async () => {
    const { data, errors } = await asked<Record<string, unknown>>(OWNER, DASHBOARD, { project: VISION })
    expect(errors).toEqual([])
    expect(data).toMatchObject({
      viewer: { displayName: 'Olivia Grant' },
      project: {
        name: 'Vision',
        department: { name: 'Default' },
        allocations: {
          edges: expect.arrayContaining([
            expect.objectContaining({ node: expect.objectContaining({ state: 'ACTIVE' }) }),
          ]),
        },
        apps: { edges: [{ node: { name: 'inspector' } }] },
        buckets: { edges: expect.arrayContaining([{ node: { name: 'camera-frames' } }]) },
        spend: { amount: { currency: 'EUR', amountMicros: expect.stringMatching(/^[1-9]\d+$/) } },
      },
      unreadNotificationCount: expect.any(Number),
    })
  })

  test('R7: a foreign project and one that does not exist give the same bytes but for the correlation id', async () => {
    const foreign = await asked(AURORA_OWNER, DASHBOARD, { project: VISION })
    const nobodys = await asked(AURORA_OWNER, DASHBOARD, { project: NOBODYS })
    expect(foreign.errors.map(({ extensions }) => extensions.code)).toEqual(['PROJECT_ACCESS_DENIED'])
    expect(foreign.data).toMatchObject({ project: null, viewer: { displayName: 'Aino Korhonen' } })
    expect(withoutCorrelation(foreign.text)).toBe(withoutCorrelation(nobodys.text))
    expect(foreign.status).toBe(nobodys.status)
    expect(foreign.text).not.toBe(nobodys.text)
  })

  test('R2: a valid token without a membership opens nothing', async () => {
    for (const [email, project] of [
      ['developer@northwind.example', SIMULATION],
      ['viewer@northwind.example', PLANNING],
      ['developer@aurora.example', VISION],
      ['operator@gpuaas.example', TELESCOPE],
    ] as const) {
      const { data, errors } = await asked(email, 'query ($id: ID!) { project(id: $id) { name } }', { id: project })
      expect([email, data, errors[0]?.extensions.code]).toEqual([email, { project: null }, 'PROJECT_ACCESS_DENIED'])
    }
  })

  test('a disabled user is told so, whatever the membership; an anonymous caller is asked to sign in', async () => {
    const query = 'query ($id: ID!) { project(id: $id) { name } }'
    const disabled = await asked('disabled@northwind.example', query, { id: VISION })
    expect(disabled.errors[0]?.extensions.code).toBe('ACTOR_DISABLED')
    const anonymous = await ask(gatewayOf(0), query, { variables: { id: VISION } })
    expect(anonymous.errors[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  test('a member learns which capability is missing', async () => {
    const { data, errors } = await asked('viewer@northwind.example', CREATE, { project: VISION, name: 'not-mine' })
    expect(data).toMatchObject({ createAllocation: null })
    expect(errors[0]?.extensions).toMatchObject({
      code: 'CAPABILITY_REQUIRED',
      capability: 'COMPUTE_ALLOCATION_CREATE',
    })
  })

  test('R3: a new organization has a default department, and a project of it one without being asked', async () => {
    const slug = `founded-${Date.now().toString(36)}`
    const founded = await asked<{ createOrganization: { organization: { id: string; departments: unknown } } }>(
      'developer@aurora.example',
      `mutation ($slug: String!) { createOrganization(input: { name: "Founded", slug: $slug }) {
         organization { id departments(first: 1) { edges { node { isDefault } } } } userErrors { code } } }`,
      { slug },
    )
    expect(founded.errors).toEqual([])
    const organization = founded.data?.createOrganization.organization
    expect(organization?.departments).toEqual({ edges: [{ node: { isDefault: true } }] })
    const made = await asked(
      'developer@aurora.example',
      `mutation ($id: ID!) { createProject(input: { organizationId: $id, name: "First" }) {
         project { name department { isDefault } allocations { edges { cursor } } } userErrors { code } } }`,
      { id: organization?.id },
    )
    expect(made.data).toMatchObject({
      createProject: { project: { name: 'First', department: { isDefault: true } }, userErrors: [] },
    })
  })

  test('R4: a department of another organization is refused by name', async () => {
    const own = await asked<{ organization: { departments: { edges: { node: { id: string } }[] } } }>(
      OWNER,
      'query ($id: ID!) { organization(id: $id) { departments { edges { node { id } } } } }',
      { id: NORTHWIND },
    )
    const department = own.data?.organization.departments.edges[0]?.node.id
    const { organizations } = (
      await asked<{ viewer: { organizations: { edges: { node: { id: string } }[] } } }>(
        AURORA_OWNER,
        '{ viewer { organizations { edges { node { id } } } } }',
      )
    ).data?.viewer ?? { organizations: { edges: [] } }
    const { data } = await asked(
      AURORA_OWNER,
      `mutation ($organization: ID!, $department: ID!) {
         createProject(input: { organizationId: $organization, departmentId: $department, name: "Stolen" }) {
           project { id } userErrors { code field } } }`,
      { organization: organizations.edges[0]?.node.id, department },
    )
    expect(data).toEqual({
      createProject: { project: null, userErrors: [{ code: 'CROSS_ORG_REFERENCE', field: ['departmentId'] }] },
    })
  })

  test('R73, R75: a released allocation is charged once and told once, to subscribers of any gateway', async () => {
    const id = await allocate(`e2e-${Date.now().toString(36)}`)
    const charges = async () => {
      const { data } = await asked<{
        project: { charges: { edges: { node: { resourceId: string; amount: { amountMicros: string } } }[] } }
      }>(
        OWNER,
        'query ($id: ID!) { project(id: $id) { charges(first: 100) { edges { node { resourceId amount { amountMicros } } } } } }',
        { id: VISION },
      )
      return (data?.project.charges.edges ?? []).filter(({ node }) => node.resourceId === id)
    }
    const balance = async () => {
      const { data } = await asked<{ billingAccount: { balance: { amountMicros: string } } }>(
        OWNER,
        'query ($id: ID!) { billingAccount(organizationId: $id) { balance { amountMicros } } }',
        { id: NORTHWIND },
      )
      return BigInt(data?.billingAccount.balance.amountMicros ?? '0')
    }
    const before = await balance()
    const live = await subscribeToNotifications<{ notifications: { subject: string; title: string } }>(
      gatewayOf(1),
      await product().tokenOf(OWNER),
      'subject title',
    )
    try {
      await asked('developer@northwind.example', RELEASE, { id })
      const about = () =>
        live
          .received()
          .filter(({ notifications }) => notifications.subject === id && /release/i.test(notifications.title))
      await eventually(() => {
        expect(about()).toHaveLength(1)
      })
      const [charge, ...more] = await eventually(async () => {
        const found = await charges()
        expect(found).not.toEqual([])
        return found
      })
      expect(more).toEqual([])
      expect(before - (await balance())).toBe(BigInt(charge?.node.amount.amountMicros ?? '0'))

      const again = await asked<{ releaseAllocation: { userErrors: { code: string }[] } }>(OWNER, RELEASE, { id })
      expect(again.data?.releaseAllocation.userErrors).toEqual([{ code: 'ALREADY_RELEASED' }])
      expect(about()).toHaveLength(1)
    } finally {
      await live.close()
    }
  })

  test('a subscription of another organization hears nothing of it', async () => {
    const mine = await subscribeToNotifications<{ notifications: { subject: string } }>(
      gatewayOf(0),
      await product().tokenOf(OWNER),
      'subject',
    )
    const theirs = await subscribeToNotifications(gatewayOf(1), await product().tokenOf(AURORA_OWNER), 'subject')
    try {
      const id = await allocate(`e2e-quiet-${Date.now().toString(36)}`)
      await asked(OWNER, RELEASE, { id })
      await eventually(() => {
        expect(mine.received().some(({ notifications }) => notifications.subject === id)).toBe(true)
      })
      expect(theirs.received()).toEqual([])
    } finally {
      await Promise.all([mine.close(), theirs.close()])
    }
  })

  test('R43: a terminal of another organization is neither opened nor attached to nor followed, and each attempt is in the log', async () => {
    const seen = await asked<{
      project: {
        allocations: { edges: { node: { id: string; terminalSessions: { edges: { node: { id: string } }[] } } }[] }
      }
    }>(
      OWNER,
      `query ($id: ID!) { project(id: $id) { allocations(filter: { states: [ACTIVE] }) {
         edges { node { id terminalSessions { edges { node { id } } } } } } } }`,
      { id: VISION },
    )
    const used = seen.data?.project.allocations.edges.find(({ node }) => node.terminalSessions.edges.length > 0)?.node
    const sessionId = used?.terminalSessions.edges[0]?.node.id
    const attempts = [
      ['open', 'openTerminal', 'OpenTerminalInput', { allocationId: used?.id }],
      ['reattach', 'reattachTerminal', 'ReattachTerminalInput', { sessionId }],
      ['close', 'closeTerminal', 'CloseTerminalInput', { sessionId }],
    ] as const
    for (const [, field, type, input] of attempts) {
      const query = `mutation ($input: ${type}!) { ${field}(input: $input) { session { id } userErrors { code } } }`
      const { data, errors } = await asked(AURORA_OWNER, query, { input })
      expect([data, errors[0]?.extensions.code]).toEqual([{ [field]: null }, 'PROJECT_ACCESS_DENIED'])
    }
    const following = await subscribe(
      gatewayOf(1),
      await product().tokenOf(AURORA_OWNER),
      `subscription { terminalSession(id: "${sessionId ?? ''}") { state } }`,
    )
    try {
      await eventually(() => {
        expect(() => following.received()).toThrow('PROJECT_ACCESS_DENIED')
      })
    } finally {
      await following.close()
    }
    for (const action of [...attempts.map(([name]) => name), 'follow'])
      await eventually(async () => {
        const { data } = await asked<{ auditEntries: { edges: { node: { code: string; projectId: string } }[] } }>(
          OWNER,
          `query ($id: ID!, $action: String!) { auditEntries(organizationId: $id, filter: { action: $action, result: DENIED }) {
             edges { node { code projectId } } } }`,
          { id: NORTHWIND, action: `compute.terminal.${action}` },
        )
        expect(data?.auditEntries.edges[0]?.node).toEqual({ code: 'PROJECT_ACCESS_DENIED', projectId: VISION })
      })
  })

  test('the states of a terminal session are followed at any gateway, to its end', async () => {
    const seen = await asked<{
      project: { allocations: { edges: { node: { terminalSessions: { edges: { node: { id: string } }[] } } }[] } }
    }>(
      OWNER,
      `query ($id: ID!) { project(id: $id) { allocations(filter: { states: [ACTIVE] }) {
         edges { node { terminalSessions { edges { node { id } } } } } } } }`,
      { id: VISION },
    )
    const id = seen.data?.project.allocations.edges.flatMap(({ node }) => node.terminalSessions.edges)[0]?.node.id
    const following = await subscribe<{ terminalSession: { version: number; state: string } }>(
      gatewayOf(1),
      await product().tokenOf(OWNER),
      `subscription { terminalSession(id: "${id ?? ''}", after: 2) { version state } }`,
    )
    try {
      await eventually(() => {
        expect(following.received().map(({ terminalSession }) => terminalSession)).toEqual([
          { version: 3, state: 'CONNECTING' },
          { version: 4, state: 'ACTIVE' },
          { version: 5, state: 'CLOSED' },
        ])
      })
    } finally {
      await following.close()
    }
  })
}
