/** A picture of horizontal bars; rows of one picture share a unit. */
export interface BarChart {
  /** File name without its ending. */
  readonly name: string
  readonly title: string
  readonly unit: string
  /** What the bars of a row stand for, in their order. */
  readonly series: readonly string[]
  readonly rows: ReadonlyArray<{ readonly label: string, readonly values: readonly number[] }>
}

const WIDTH = 760
const LABEL_WIDTH = 210
const VALUE_WIDTH = 90
const BAR_HEIGHT = 14
const ROW_GAP = 10
const HEAD_HEIGHT = 56
/** Told apart by people who see colours differently, on white and on black. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00']

/** The picture as SVG text that needs nothing else. Throws a RangeError when it would have no bar. */
export function svgOf (chart: BarChart): string {
  const { rows, series, title, unit } = chart
  const most = Math.max(...rows.flatMap(({ values }) => values))
  if (rows.length === 0 || !(most > 0)) throw new RangeError(`the picture ${chart.name} has no bar`)
  const rowHeight = series.length * BAR_HEIGHT + ROW_GAP
  const height = HEAD_HEIGHT + rows.length * rowHeight
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / most
  const bars = rows.map(({ label, values }, row) => {
    const top = HEAD_HEIGHT + row * rowHeight
    const middle = top + (values.length * BAR_HEIGHT) / 2 + 4
    return text(LABEL_WIDTH - 8, middle, label, 'end') + values.map((value, i) =>
      `<rect x="${LABEL_WIDTH}" y="${top + i * BAR_HEIGHT}" width="${Math.max(1, value * scale).toFixed(1)}" height="${BAR_HEIGHT - 2}" fill="${colourOf(i)}"/>` +
      text(LABEL_WIDTH + Math.max(1, value * scale) + 6, top + i * BAR_HEIGHT + 10, shown(value), 'start')).join('')
  }).join('\n')
  const legend = series.map((name, i) => `<rect x="${LABEL_WIDTH + i * 150}" y="30" width="10" height="10" fill="${colourOf(i)}"/>${text(LABEL_WIDTH + 14 + i * 150, 39, name, 'start')}`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif" font-size="12" fill="currentColor">
<text x="0" y="16" font-size="15" font-weight="600">${escaped(title)} (${escaped(unit)})</text>
${legend}
${bars}
</svg>
`
}

const colourOf = (i: number): string => COLOURS[i % COLOURS.length]!
const text = (x: number, y: number, content: string, anchor: 'start' | 'end'): string => `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`
const shown = (value: number): string => value >= 1_000 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toPrecision(3)))

/** Text that is safe between tags and in attributes. */
export const escaped = (content: string): string => content.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
