import { setEngineStage, type EngineContender } from './engine/stage.ts'
import { ENGINE_OPERATIONS } from './engine/operations.ts'
import { checkEqual, measure } from './load.ts'
const names = (process.argv[2] ?? '').split(',') as EngineContender[]
const ops = (process.argv[3] ?? 'one-fetch,dashboard,wide').split(',')
const flags = process.argv.slice(4)
const stage = await setEngineStage({ contenders: names, progress: () => undefined, nodeFlags: flags })
try {
  for (const op of ENGINE_OPERATIONS.filter((o) => ops.includes(o.name))) {
    console.log(op.name, await checkEqual(stage.targets, op))
    const ended = new AbortController().signal
    for (const n of names) await measure(stage.targets.get(n)!, op, { connections: 32, seconds: 2, ended })
    for (let r = 0; r < 2; r++)
      for (const n of names) {
        const c0 = await stage.children.get(n)!.cpuSeconds()
        const s = await measure(stage.targets.get(n)!, op, { connections: 32, seconds: 3, ended })
        const c1 = await stage.children.get(n)!.cpuSeconds()
        console.log(
          op.name,
          n,
          s.requestsPerSecond.toFixed(0),
          s.p50,
          'cpu us/req',
          ((((c1 ?? 0) - (c0 ?? 0)) * 1e6) / (s.requestsPerSecond * 3)).toFixed(0),
        )
      }
  }
} finally {
  await stage.stop()
}
