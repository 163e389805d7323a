import { escaped } from './bars.js'

/** A picture of lines over one horizontal scale. */
export interface LineChart {
  /** File name without its ending. */
  readonly name: string
  readonly title: string
  readonly across: string
  readonly logAcross: boolean
  readonly logUp: boolean
  readonly lines: ReadonlyArray<{ readonly label: string, readonly dashed?: boolean, readonly points: ReadonlyArray<readonly [number, number]> }>
}

const WIDTH = 760
const HEIGHT = 360
const LEFT = 90
const RIGHT = 20
const TOP = 70
const BOTTOM = 46
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00']

/** The picture as SVG text that needs nothing else. Throws a RangeError when it would have no point. */
export function svgOfLines (chart: LineChart): string {
  const points = chart.lines.flatMap((line) => line.points).filter(([x, y]) => (!chart.logAcross || x > 0) && (!chart.logUp || y > 0))
  if (points.length === 0) throw new RangeError(`the picture ${chart.name} has no point`)
  const across = scale(points.map(([x]) => x), chart.logAcross, LEFT, WIDTH - RIGHT)
  const up = scale(points.map(([, y]) => y), chart.logUp, HEIGHT - BOTTOM, TOP)
  const grid = [
    ...across.ticks.map((x) => `<line x1="${at(across.of(x))}" x2="${at(across.of(x))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}" stroke="currentColor" stroke-opacity="0.15"/>${text(across.of(x), HEIGHT - BOTTOM + 16, shown(x), 'middle')}`),
    ...up.ticks.map((y) => `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(up.of(y))}" y2="${at(up.of(y))}" stroke="currentColor" stroke-opacity="0.15"/>${text(LEFT - 6, up.of(y) + 4, shown(y), 'end')}`)
  ]
  const drawn = chart.lines.map(({ label, dashed, points: own }, i) => {
    const colour = COLOURS[i % COLOURS.length]!
    const places = [...own].filter((point) => points.includes(point)).sort(([a], [b]) => a - b).map(([x, y]) => [across.of(x), up.of(y)] as const)
    const dash = dashed === true ? ' stroke-dasharray="6 4"' : ''
    return `<polyline fill="none" stroke="${colour}" stroke-width="2"${dash} points="${places.map(([x, y]) => `${at(x)},${at(y)}`).join(' ')}"/>` +
      places.map(([x, y]) => `<circle cx="${at(x)}" cy="${at(y)}" r="3" fill="${colour}"/>`).join('') +
      `<rect x="${LEFT + (i % 4) * 165}" y="${28 + 16 * Math.floor(i / 4)}" width="10" height="10" fill="${colour}"/>${text(LEFT + 14 + (i % 4) * 165, 37 + 16 * Math.floor(i / 4), label, 'start')}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(chart.title)}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">
<text x="0" y="16" font-size="15" font-weight="600">${escaped(chart.title)}</text>
${grid.join('\n')}
${drawn.join('\n')}
${text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, chart.across, 'middle')}
</svg>
`
}

interface Scale { readonly of: (value: number) => number, readonly ticks: readonly number[] }

function scale (values: readonly number[], log: boolean, from: number, to: number): Scale {
  const least = Math.min(...values)
  const most = Math.max(...values)
  if (log) {
    const low = Math.floor(Math.log10(least))
    const high = Math.max(low + 1, Math.ceil(Math.log10(most)))
    return { of: (value) => from + (to - from) * (Math.log10(value) - low) / (high - low), ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) }
  }
  const low = Math.min(0, least)
  const high = most > low ? most : low + 1
  return { of: (value) => from + (to - from) * (value - low) / (high - low), ticks: Array.from({ length: 6 }, (_, i) => low + (high - low) * i / 5) }
}

const at = (value: number): string => value.toFixed(1)
const text = (x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end'): string => `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escaped(content)}</text>`
const shown = (value: number): string => value >= 10_000 ? `1e${Math.log10(value).toFixed(value === 10 ** Math.round(Math.log10(value)) ? 0 : 1)}` : String(Number(value.toPrecision(3)))
