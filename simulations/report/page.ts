import { escaped, svgOf, type BarChart } from './bars.js'

/** A file that was read: its name and its text. */
export interface Source { readonly name: string, readonly json: unknown }

/**
 * One page with all pictures in it, and below them every figure; it loads nothing.
 *
 * @param studies - pictures of studies of routing, as SVG
 */
export function pageOf (charts: readonly BarChart[], sources: readonly Source[], studies: readonly string[] = []): string {
  const figures = sources.map(({ name, json }) => `<details><summary>${escaped(name)}</summary><pre>${escaped(JSON.stringify(json, undefined, 2))}</pre></details>`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Amiko Pay: benchmarks</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
svg { width: 100%; height: auto; margin: 0 0 2rem }
pre { overflow-x: auto; font-size: 0.8rem }
</style>
<h1>Amiko Pay: benchmarks</h1>
<p>Processor time is summed over all processes of a run. The floor is what the protocol demands whatever the program is
like: its operations of the curve and its synced writes, each at the speed measured in the same run.</p>
${charts.map(svgOf).join('')}
${studies.length === 0 ? '' : `<h2>Routing</h2>\n<p>Each algorithm with the number of nodes; the model is that of the design, up to a thousand million nodes.</p>\n${studies.join('')}`}
<h2>Figures</h2>
${figures.join('\n')}
</html>
`
}
