import { escapedXml } from '../svg.ts'
import type { EngineOperationReport, EngineReport } from './report.ts'
import type { EngineContender } from './stage.ts'

/** Who stands before the same subgraphs on HTTP, as the README calls them. */
const SHOWN: readonly (readonly [EngineContender, string])[] = [
  ['ours-http', 'this gateway'],
  ['stock', '@apollo/gateway'],
  ['hive-rust', 'Hive, Rust planner'],
  ['hive-js', 'Hive'],
  ['hand-http', 'written by hand'],
]
const OPERATIONS = ['dashboard', 'wide']

const WIDTH = 720
const LABELS = 150
const FIGURES = 110
const BAR = 20
const STEP = 28
const HEAD = 34
const GAP = 18

/** The light and the dark of whoever looks, without a background of its own. */
const STYLE = `text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .head { font-weight: 600 }
    .figure { font-variant-numeric: tabular-nums }
    .bar { fill: #9aa4b0 }
    .ours { fill: #1a7f5a }
    .floor { fill: none; stroke: #9aa4b0; stroke-dasharray: 4 3 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .bar { fill: #6b7683 }
      .ours { fill: #3fb98a }
      .floor { stroke: #6b7683 }
    }`

interface Bar {
  readonly contender: EngineContender
  readonly label: string
  readonly rate: number
}

const barsOf = ({ contenders }: EngineOperationReport): Bar[] =>
  SHOWN.flatMap(([contender, label]) => {
    const rate = contenders[contender]?.requestsPerSecond
    return rate === undefined ? [] : [{ contender, label, rate }]
  })

const rateOf = (rate: number): string => `${Math.round(rate).toLocaleString('en')} /s`

const kindOf = (contender: EngineContender): string =>
  contender === 'ours-http' ? 'bar ours' : contender === 'hand-http' ? 'floor' : 'bar'

const panelOf = (operation: EngineOperationReport, top: number): string[] => {
  const bars = barsOf(operation)
  const longest = Math.max(...bars.map(({ rate }) => rate))
  const scale = (WIDTH - LABELS - FIGURES) / longest
  return [
    `<text class="head" x="0" y="${top + 18}">${escapedXml(`${operation.name}: ${operation.about}`)}</text>`,
    ...bars.flatMap(({ contender, label, rate }, index) => {
      const y = top + HEAD + index * STEP
      const length = Math.max(1, Math.round(rate * scale))
      return [
        `<text x="${LABELS - 8}" y="${y + 15}" text-anchor="end">${escapedXml(label)}</text>`,
        `<rect class="${kindOf(contender)}" x="${LABELS}" y="${y}" width="${length}" height="${BAR}" rx="2"/>`,
        `<text class="figure" x="${LABELS + length + 8}" y="${y + 15}">${rateOf(rate)}</text>`,
      ]
    }),
  ]
}

const told = (operation: EngineOperationReport): string =>
  `${operation.name}: ${barsOf(operation)
    .map(({ label, rate }) => `${label} ${rateOf(rate)}`)
    .join(', ')}.`

/** The requests a second of each contender over HTTP subgraphs, as an SVG of bars: longer is better. */
export const enginePicture = ({ operations, load, machine, date, node }: EngineReport): string => {
  const shown = operations.filter(({ name }) => OPERATIONS.includes(name))
  const heightOf = (operation: EngineOperationReport): number => HEAD + barsOf(operation).length * STEP + GAP
  const tops = shown.map((_, index) => shown.slice(0, index).reduce((sum, above) => sum + heightOf(above), 0))
  const bottom = shown.reduce((sum, operation) => sum + heightOf(operation), 0)
  const foot = `requests a second over the same HTTP subgraphs, ${load.connections} connections, ${machine.cpus} CPUs, Node ${node}, ${date}`
  const lines = [
    '<title id="title">Requests a second of gateways over HTTP subgraphs</title>',
    `<desc id="desc">${escapedXml(shown.map(told).join(' '))}</desc>`,
    `<style>${STYLE}</style>`,
    ...shown.flatMap((operation, index) => panelOf(operation, tops[index] ?? 0)),
    `<text x="0" y="${bottom + 8}">${escapedXml(foot)}</text>`,
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 20}" width="${WIDTH}" height="${bottom + 20}" role="img" aria-labelledby="title desc">`,
    ...lines.map((line) => `  ${line}`),
    '</svg>',
    '',
  ].join('\n')
}
