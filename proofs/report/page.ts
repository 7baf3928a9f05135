import type { WrittenReport, ReportTable } from './report.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escaped = (text: string | number): string =>
  String(text).replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '')

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
  body { max-width: 78rem; margin: 2rem auto; padding: 0 1rem }
  .verdict { font-weight: 700; padding: .1rem .6rem; border-radius: .3rem; color: #fff }
  .holds { background: #1a7f37 } .fails { background: #b42318 }
  table { border-collapse: collapse; width: 100%; margin: .5rem 0 2rem; font-size: .87rem }
  th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8884; vertical-align: top; overflow-wrap: anywhere }
  th { position: sticky; top: 0; background: Canvas } summary { cursor: pointer; font-weight: 600 }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.2rem } dd { margin: 0; font-variant-numeric: tabular-nums }`

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`

const verdict = (holds: boolean): string =>
  `<span class="verdict ${holds ? 'holds' : 'fails'}">${holds ? 'holds' : 'fails'}</span>`

const list = (title: string, items: readonly string[]): string =>
  items.length === 0
    ? ''
    : `<h2>${escaped(title)}</h2>\n<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('\n')}</ul>`

const table = ({ title, columns, rows }: ReportTable): string => `<details${rows.length <= 60 ? ' open' : ''}>
<summary>${escaped(title)} (${rows.length.toString()})</summary>
<table>
<thead><tr>${columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table>
</details>`

/** One proof as a page that stands by itself: no script, nothing from elsewhere. */
export const reportPage = (report: WrittenReport): string =>
  page(
    `Proof: ${report.name}`,
    [
      `<p><a href="index.html">All proofs</a></p>`,
      `<h1>${escaped(report.name)} ${verdict(report.holds)}</h1>`,
      `<p>${escaped(report.claim)}</p>`,
      `<p><strong>${escaped(report.summary)}</strong></p>`,
      `<p>Made ${escaped(report.startedAt)} in ${report.seconds.toFixed(1)} s by <code>npm run prove:${escaped(report.name)}</code>.</p>`,
      `<dl>${Object.entries(report.figures)
        .map(([name, figure]) => `<dt>${escaped(name)}</dt><dd>${figure.toString()}</dd>`)
        .join('\n')}</dl>`,
      list('What is wrong', report.findings),
      list('What this does not show', report.limits),
      ...report.tables.map(table),
    ].join('\n'),
  )

/** All proofs that were made in this folder, newest state of each. */
export const indexPage = (reports: readonly WrittenReport[]): string =>
  page(
    'Proofs',
    [
      `<h1>Proofs ${verdict(reports.every(({ holds }) => holds))}</h1>`,
      '<table><thead><tr><th>Proof</th><th></th><th>What is proven</th><th>Result</th><th>Made</th></tr></thead><tbody>',
      ...reports.map(
        ({ name, holds, claim, summary, startedAt }) =>
          `<tr><td><a href="${escaped(name)}.html">${escaped(name)}</a></td><td>${verdict(holds)}</td><td>${escaped(claim)}</td><td>${escaped(summary)}</td><td>${escaped(startedAt)}</td></tr>`,
      ),
      '</tbody></table>',
    ].join('\n'),
  )
