import { startChild } from '../child.ts'
import { shopSupergraph, SHOP_SUBGRAPHS } from '../engine/shop.ts'
import { wideOf } from '../engine/operations.ts'
import { answerOf } from '../load.ts'
import { startRemote } from '../realtime/remote.ts'
import { undoing } from '../undoing.ts'
import type { Form, GatewayCalls, HeapUse } from './gateway-process.ts'

/** How V8 is told to keep the gateway's heap. */
export interface HeapSetting {
  readonly name: string
  readonly flags: readonly string[]
}

export interface HeapPlan {
  readonly forms: readonly Form[]
  readonly settings: readonly HeapSetting[]
  readonly products: number
  readonly warmUp: number
  readonly turns: number
  readonly progress: (message: string) => void
}

export interface Measured {
  readonly form: Form
  readonly setting: string
  readonly bytes: number
  readonly turns: readonly HeapUse[]
}

/** One answer after the other, alone; each is begun with a heap from which everything was collected. */
export const measureHeap = async (plan: HeapPlan): Promise<Measured[]> => {
  const undo = undoing()
  try {
    const size = `--catalog=${plan.products}`
    const subgraphs = await startChild({
      program: 'bench/engine/subgraphs-process.ts',
      environment: {},
      addresses: SHOP_SUBGRAPHS.length,
      args: [size],
    })
    undo.add(subgraphs.stop)
    const urls = [...subgraphs.urls].map(([name, url]) => [name.replace('Subgraph ', ''), url] as const)
    const supergraph = shopSupergraph(new Map(urls))
    const measured: Measured[] = []
    for (const form of plan.forms)
      for (const setting of plan.settings) measured.push(await measureOne(plan, form, setting, supergraph))
    return measured
  } finally {
    await undo.all()
  }
}

const measureOne = async (
  { products, warmUp, turns, progress }: HeapPlan,
  form: Form,
  { name, flags }: HeapSetting,
  supergraph: string,
): Promise<Measured> => {
  const gateway = startRemote<GatewayCalls>(
    '../heap/gateway-process.ts',
    [...flags, '--expose-gc'],
    [`--catalog=${products}`],
  )
  try {
    const target = { url: await gateway.call('open', { form, supergraph }), token: '' }
    const operation = { name: `${products} products`, query: wideOf(products), variables: {}, leastBytes: products }
    let bytes = 0
    for (let turn = 0; turn < warmUp; turn += 1) bytes = Buffer.byteLength((await answerOf(target, operation)).text)
    const uses: HeapUse[] = []
    for (let turn = 0; turn < turns; turn += 1) {
      await gateway.call('begin')
      await answerOf(target, operation)
      uses.push(await gateway.call('end'))
    }
    progress(`${form}, ${name}: ${uses.map(({ most }) => (most / 1_000_000).toFixed(1)).join(', ')} MB`)
    return { form, setting: name, bytes, turns: uses }
  } finally {
    await gateway.stop()
  }
}
