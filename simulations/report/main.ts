import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { svgOf } from './bars.js'
import { chartsOf, isReport } from './charts.js'
import { svgOfLines } from './lines.js'
import { pageOf, type Source } from './page.js'
import { isRoutingStudy, routingCharts } from './routing-charts.js'

const USAGE = `Usage:
  npm run report -- [--out FOLDER] FILE.json...

Makes a page and pictures of what npm run bench -- NAME --out FILE.json and npm run sim -- routing … --json FILE.json wrote. FOLDER is dist/report when not given.
Exit: 0 done, 1 failed, 3 usage.`

function main (): number {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string', default: 'dist/report' } } })
  if (positionals.length === 0) {
    console.error(USAGE)
    return 3
  }
  const sources: Source[] = positionals.map((path) => ({ name: basename(path), json: JSON.parse(readFileSync(path, 'utf8')) as unknown }))
  for (const { name, json } of sources) if (!isReport(json) && !isRoutingStudy(json)) throw new Error(`${name} is no report of a benchmark or of a study of routing`)
  const charts = chartsOf(sources.map(({ json }) => json).filter(isReport))
  mkdirSync(values.out, { recursive: true })
  const studies = routingCharts(sources.map(({ json }) => json).filter(isRoutingStudy))
  for (const chart of charts) writeFileSync(join(values.out, `${chart.name}.svg`), svgOf(chart))
  for (const chart of studies) writeFileSync(join(values.out, `${chart.name}.svg`), svgOfLines(chart))
  const page = join(values.out, 'index.html')
  writeFileSync(page, pageOf(charts, sources, studies.map(svgOfLines)))
  console.log(`${page} and ${charts.length + studies.length} pictures`)
  return 0
}

try {
  process.exitCode = main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = error instanceof TypeError && 'code' in error ? 3 : 1
}
