import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ENGINE_OPERATIONS } from './engine/operations.ts'
import { ENGINE_CONTENDERS, setEngineStage } from './engine/stage.ts'
import { flameGraph } from './flame-graph.ts'
import { measure } from './load.ts'
import { readProfile, selfTimes } from './profile.ts'

/** `npm run profile`: our engine under load, one operation at a time; the top of its own time, a flame graph, and the profile. */
const { values } = parseArgs({
  options: {
    contender: { type: 'string', default: 'ours-in-process' },
    operation: { type: 'string', multiple: true },
    seconds: { type: 'string', default: '6' },
    top: { type: 'string', default: '25' },
  },
})
const contender = ENGINE_CONTENDERS.find((name) => name === values.contender && name.startsWith('ours-'))
if (contender === undefined) throw new Error(`${values.contender} is not one of ours`)
const operations = ENGINE_OPERATIONS.filter(({ name }) => values.operation?.includes(name) ?? true)
const FOLDER = join(import.meta.dirname, '..', 'reports', 'profiles')
const STEADY = 0.6

for (const operation of operations) {
  const folder = join(FOLDER, `${contender}-${operation.name}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const stage = await setEngineStage({
    contenders: [contender],
    progress: () => undefined,
    nodeFlags: ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=250'],
  })
  try {
    const target = stage.targets.get(contender)
    if (target === undefined) throw new Error(`${contender} does not run`)
    const load = { connections: 32, seconds: Number(values.seconds), ended: new AbortController().signal }
    const { requestsPerSecond } = await measure(target, operation, load)
    console.log(`\n${operation.name}, ${contender}: ${requestsPerSecond.toFixed(0)}/s under the profiler; ${folder}`)
  } finally {
    await stage.stop()
  }
  const profile = await readProfile(folder)
  await writeFile(join(folder, 'flame.svg'), flameGraph(profile, STEADY, `${operation.name}, ${contender}`))
  for (const { place, share } of selfTimes(profile, STEADY).slice(0, Number(values.top)))
    console.log(`${(share * 100).toFixed(1).padStart(5)} %  ${place}`)
}
