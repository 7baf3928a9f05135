/** A person of the demonstration. The seed gives them their memberships; the embedded provider lets them sign in. */
export interface DemoUser {
  readonly email: string
  /** The `sub` of their tokens: opaque, and the same in every installation, so that seed and provider agree. */
  readonly subject: string
  readonly name: string
  readonly organization: string
  /** What the person may do, for the table that `npm start` prints and for the login page. */
  readonly description: string
}

export const DEMO_USERS = [
  {
    email: 'owner@northwind.example',
    subject: '0f4b8a52-6c1d-4e7a-9a53-1d8f2b6c7e10',
    name: 'Olivia Grant',
    organization: 'Northwind Robotics',
    description: 'Owns the organization: everything in vision, planning and simulation',
  },
  {
    email: 'developer@northwind.example',
    subject: '3a9d6e17-52f8-4b0c-8e64-7c1b9f0d2a35',
    name: 'Devin Park',
    organization: 'Northwind Robotics',
    description: 'Develops in a project: allocations, apps and buckets, no members and no billing',
  },
  {
    email: 'viewer@northwind.example',
    subject: '61c7f2b8-0e4a-4d93-b7a1-5f2e8d3c9b46',
    name: 'Vera Lindqvist',
    organization: 'Northwind Robotics',
    description: 'Sees a project and changes nothing',
  },
  {
    email: 'billing@northwind.example',
    subject: '8d25b0e4-93c6-4f1a-a2d8-3b7e6c1f5d57',
    name: 'Bilal Haddad',
    organization: 'Northwind Robotics',
    description: 'Sees what the organization spends, not what runs',
  },
  {
    email: 'disabled@northwind.example',
    subject: 'b41e9c63-7d28-4a5f-9f0b-6e8a2d4c1b68',
    name: 'Dana Whitfield',
    organization: 'Northwind Robotics',
    description: 'Is disabled: signs in, and is denied everything',
  },
  {
    email: 'owner@aurora.example',
    subject: 'c97a3d08-2b5e-4c6d-8d71-9f4b0e6a3c79',
    name: 'Aino Korhonen',
    organization: 'Aurora Labs',
    description: 'Owns another organization: telescope and survey, nothing of Northwind',
  },
  {
    email: 'developer@aurora.example',
    subject: 'e5038f6b-c14d-47b2-b5e9-0a7c8d2f4e8a',
    name: 'Dario Conti',
    organization: 'Aurora Labs',
    description: 'Develops in a project of the other organization',
  },
  {
    email: 'operator@gpuaas.example',
    subject: 'f86b1d49-a07e-4935-9c3a-2e5d7b8f0c9b',
    name: 'Oren Takahashi',
    organization: 'GPUaaS',
    description: 'Operates the platform: nodes and capacity, no tenant’s projects',
  },
] as const satisfies readonly DemoUser[]

export type DemoEmail = (typeof DEMO_USERS)[number]['email']

/** `undefined` for somebody who is not of the demonstration. Addresses are compared without regard to case. */
export const findDemoUser = (email: string): DemoUser | undefined =>
  DEMO_USERS.find((user) => user.email === email.trim().toLowerCase())
