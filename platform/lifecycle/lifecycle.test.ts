import { describe, expect, jest, test } from '@jest/globals'
import { EventEmitter } from 'node:events'
import { eventually } from '../../test/testkit/eventually.ts'
import { catalogued } from '../errors/catalogue.ts'
import { silentLog } from '../log/log.ts'
import type { Component } from './component.ts'
import { Lifecycle } from './lifecycle.ts'
import { stopOnSignals } from './stop-on-signals.ts'

const life = (shutdownTimeoutMs = 5000): Lifecycle => new Lifecycle({ log: silentLog, shutdownTimeoutMs })

const recorder = () => {
  const events: string[] = []
  const part = (
    name: string,
    behaviour: Partial<{ start: () => Promise<void>; stop: () => Promise<void> }> = {},
  ): Component => ({
    name,
    remedy: `mend the ${name}`,
    start: async () => {
      await behaviour.start?.()
      events.push(`start ${name}`)
      return {
        stop: async () => {
          await behaviour.stop?.()
          events.push(`stop ${name}`)
        },
      }
    },
  })
  return { events, part }
}

const never = (): Promise<void> => new Promise(() => undefined)

test('parts start in order, each after the one before it, and stop in reverse', async () => {
  const { events, part } = recorder()
  const lifecycle = life()
  expect(lifecycle.state.phase).toBe('starting')
  await lifecycle.start([
    part('database', { start: () => eventually(() => undefined) }),
    part('cache'),
    part('gateway'),
  ])
  expect(lifecycle.state).toEqual({ phase: 'ready' })
  expect(await lifecycle.stop('test')).toEqual([])
  expect(lifecycle.state).toEqual({ phase: 'stopped', failures: [] })
  expect(events).toEqual([
    'start database',
    'start cache',
    'start gateway',
    'stop gateway',
    'stop cache',
    'stop database',
  ])
})

test('the state names the part that is starting, and is draining until all have stopped', async () => {
  const { part } = recorder()
  const lifecycle = life()
  const states: unknown[] = []
  const note = (): Promise<void> => {
    states.push(lifecycle.state)
    return Promise.resolve()
  }
  await lifecycle.start([part('database', { start: note, stop: note })])
  await lifecycle.stop('SIGTERM')
  expect(states).toEqual([
    { phase: 'starting', component: 'database' },
    { phase: 'draining', reason: 'SIGTERM' },
  ])
})

test('a part that does not start is named with its reason and its remedy, and what had started is stopped', async () => {
  const { events, part } = recorder()
  const cause = catalogued('PORT_TAKEN', {}, { message: 'Port 4000 is taken.' })
  const lifecycle = life()
  await expect(
    lifecycle.start([part('database'), part('gateway', { start: () => Promise.reject(cause) }), part('worker')]),
  ).rejects.toMatchObject({
    code: 'COMPONENT_START_FAILED',
    message: 'gateway could not start (PORT_TAKEN): Port 4000 is taken.\n  What to do: mend the gateway',
    cause,
  })
  expect(events).toEqual(['start database', 'stop database'])
  expect(lifecycle.state.phase).toBe('stopped')
})

test('stopping while parts start lets the present one finish, starts no more, and stops those that run', async () => {
  const { events, part } = recorder()
  const lifecycle = life()
  const begun = Promise.withResolvers<undefined>()
  const released = Promise.withResolvers<undefined>()
  const slow = part('database', {
    start: async () => {
      begun.resolve(undefined)
      await released.promise
    },
  })
  const starting = lifecycle.start([slow, part('gateway')])
  await begun.promise
  const stopping = lifecycle.stop('SIGINT')
  released.resolve(undefined)
  await Promise.all([starting, stopping])
  expect(events).toEqual(['start database', 'stop database'])
  expect(lifecycle.state.phase).toBe('stopped')
})

test('a part that hangs or fails at its stop is named, and the others are stopped all the same', async () => {
  const { events, part } = recorder()
  const lifecycle = life(50)
  await lifecycle.start([
    part('database'),
    part('cache', { stop: () => Promise.reject(new Error('broken')) }),
    part('gateway', { stop: never }),
  ])
  const failures = await lifecycle.stop('test')
  expect(failures.map(({ component }) => component)).toEqual(['gateway', 'cache'])
  expect(events).toContain('stop database')
})

test('stopping twice stops once', async () => {
  const { events, part } = recorder()
  const lifecycle = life()
  await lifecycle.start([part('database')])
  await Promise.all([lifecycle.stop('a'), lifecycle.stop('b')])
  await lifecycle.stop('c')
  expect(events).toEqual(['start database', 'stop database'])
})

describe('signals', () => {
  const running = async (stop: () => Promise<void>) => {
    const { part } = recorder()
    const lifecycle = life(50)
    await lifecycle.start([part('gateway', { stop })])
    const source = new EventEmitter()
    const exit = jest.fn<(code: number) => void>()
    stopOnSignals({ lifecycle, log: silentLog, source, exit })
    return { source, exit, lifecycle }
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s stops every part, then ends the process with 0', async (signal) => {
    const { source, exit, lifecycle } = await running(() => Promise.resolve())
    source.emit(signal)
    expect(lifecycle.state).toEqual({ phase: 'draining', reason: signal })
    await eventually(() => {
      expect(exit.mock.calls).toEqual([[0]])
    })
    expect(lifecycle.state.phase).toBe('stopped')
  })

  test('a second signal ends the process at once', async () => {
    const { source, exit } = await running(never)
    source.emit('SIGINT')
    expect(exit).not.toHaveBeenCalled()
    source.emit('SIGINT')
    expect(exit.mock.calls).toEqual([[130]])
  })

  test('a process whose part did not stop ends with 1', async () => {
    const { source, exit } = await running(() => Promise.reject(new Error('broken')))
    source.emit('SIGTERM')
    await eventually(() => {
      expect(exit.mock.calls).toEqual([[1]])
    })
  })

  test('a fault that nobody caught stops every part and ends the process with 1', async () => {
    const { source, exit, lifecycle } = await running(() => Promise.resolve())
    source.emit('uncaughtException', new Error('fault'))
    await eventually(() => {
      expect(exit.mock.calls).toEqual([[1]])
    })
    expect(lifecycle.state.phase).toBe('stopped')
  })
})
