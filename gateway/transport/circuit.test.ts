import { expect, test } from '@jest/globals'
import { CataloguedError } from '../../platform/errors/catalogue.ts'
import { createCircuit, type CircuitState, type Passage } from './circuit.ts'

const arrange = () => {
  let now = 0
  const states: CircuitState[] = []
  const circuit = createCircuit({ failures: 3, openMs: 1000, onChange: (state) => states.push(state), now: () => now })
  const refusal = (): unknown => {
    try {
      circuit.pass()('given up')
      return 'passed'
    } catch (error) {
      return error instanceof CataloguedError ? [error.code, error.details.retryAfterSeconds] : error
    }
  }
  return {
    states,
    refusal,
    circuit,
    end: (...passages: readonly Passage[]) => {
      for (const passage of passages) circuit.pass()(passage)
    },
    advance: (ms: number) => void (now += ms),
  }
}

test('opens after so many failures in a row, and any success begins the count anew', () => {
  const { end, states, refusal } = arrange()
  end('failed', 'failed', 'succeeded', 'failed', 'given up', 'failed')
  expect(states).toEqual([])
  end('failed')
  expect(states).toEqual(['open'])
  expect(refusal()).toEqual(['SUBGRAPH_CIRCUIT_OPEN', 1])
})

test('after its time one fetch passes, the others do not; its success closes it', () => {
  const { end, states, refusal, circuit, advance } = arrange()
  end('failed', 'failed', 'failed')
  advance(1000)
  const ended = circuit.pass()
  expect(refusal()).toEqual(['SUBGRAPH_CIRCUIT_OPEN', 1])
  ended('succeeded')
  expect(states).toEqual(['open', 'half-open', 'closed'])
  end('failed', 'failed')
  expect(refusal()).toBe('passed')
})

test('each probe that fails doubles its time, up to half a minute', () => {
  const { end, refusal, advance } = arrange()
  end('failed', 'failed', 'failed')
  for (const seconds of [2, 4, 8, 16, 30, 30]) {
    advance(30_000)
    end('failed')
    expect(refusal()).toEqual(['SUBGRAPH_CIRCUIT_OPEN', seconds])
  }
})

test('a probe whose caller left lets the next one try at once', () => {
  const { end, refusal, circuit, advance } = arrange()
  end('failed', 'failed', 'failed')
  advance(1000)
  circuit.pass()('given up')
  circuit.pass()('succeeded')
  expect(refusal()).toBe('passed')
})

test('a probe that fails after one whose caller left doubles its time as any other', () => {
  const { end, refusal, circuit, advance } = arrange()
  end('failed', 'failed', 'failed')
  advance(1000)
  circuit.pass()('given up')
  circuit.pass()('failed')
  expect(refusal()).toEqual(['SUBGRAPH_CIRCUIT_OPEN', 2])
})

test('fetches that began before it opened decide nothing', () => {
  const { end, states, circuit } = arrange()
  const early = circuit.pass()
  end('failed', 'failed', 'failed')
  early('succeeded')
  expect(states).toEqual(['open'])
})

test('with a limit of none it never opens', () => {
  const circuit = createCircuit({ failures: 0, openMs: 1000 })
  for (let count = 0; count < 100; count++) circuit.pass()('failed')
  expect(() => circuit.pass()).not.toThrow()
})
