import { z } from 'zod'
import { defineEvent } from '../define-event.ts'
import { code, id, instant } from './fields.ts'

export const allocationRequested = defineEvent({
  type: 'gpuaas.provisioning.allocation_requested',
  version: 1,
  owner: 'project',
  description: 'An allocation was accepted and its slots are claimed.',
  data: { allocationId: id, skuCode: code },
})

export const allocationActivated = defineEvent({
  type: 'gpuaas.provisioning.allocation_activated',
  version: 1,
  owner: 'project',
  description: 'An allocation is usable.',
  data: { allocationId: id, skuCode: code, activatedAt: instant },
})

export const allocationFailed = defineEvent({
  type: 'gpuaas.provisioning.allocation_failed',
  version: 1,
  owner: 'project',
  description: 'An allocation will never be usable; what was claimed for it is free again and nothing is charged.',
  data: { allocationId: id, skuCode: code, reason: code },
})

export const allocationReleased = defineEvent({
  type: 'gpuaas.provisioning.allocation_released',
  version: 1,
  owner: 'project',
  description: 'An allocation was given back; what it used between the two instants is to be charged.',
  data: { allocationId: id, skuId: id, skuCode: code, placedAt: instant, releasedAt: instant },
})

export const terminalSessionChanged = defineEvent({
  type: 'gpuaas.terminal.session_changed',
  version: 1,
  owner: 'project',
  description: 'A terminal session came to another state, or another client is attached to it.',
  data: { sessionId: id, allocationId: id, version: z.int().positive(), state: code, closeReason: code.nullable() },
})

export const COMPUTE_EVENTS = [
  allocationRequested,
  allocationActivated,
  allocationFailed,
  allocationReleased,
  terminalSessionChanged,
] as const
