import { readFileSync } from 'node:fs'

/** What is said of one scenario over all the runs in some files. */
export interface Summary {
  readonly scenario: string
  readonly runs: number
  readonly failed: number
  /** Least, mean and most of each figure that is a number. */
  readonly figures: Readonly<Record<string, { readonly min: number, readonly mean: number, readonly max: number }>>
  /** Commands that make the failing runs again. */
  readonly commands: readonly string[]
}

interface Line { readonly scenario: string, readonly violations: readonly unknown[], readonly figures: Readonly<Record<string, unknown>>, readonly command: string }

/** Sums up reports that `--json --each` wrote, one object a line. Throws when a line is none. */
export function summarise (files: readonly string[]): readonly Summary[] {
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line, index) => parsed(line, file, index + 1))).filter((line) => line !== undefined)
  return [...new Set(lines.map(({ scenario }) => scenario))].map((scenario) => {
    const runs = lines.filter((line) => line.scenario === scenario)
    const values = new Map<string, number[]>()
    for (const { figures } of runs) {
      for (const [name, value] of Object.entries(figures)) if (typeof value === 'number') values.set(name, [...values.get(name) ?? [], value])
    }
    const failing = runs.filter(({ violations }) => violations.length > 0)
    return {
      scenario,
      runs: runs.length,
      failed: failing.length,
      figures: Object.fromEntries([...values].map(([name, list]) => [name, { min: Math.min(...list), mean: list.reduce((sum, value) => sum + value, 0) / list.length, max: Math.max(...list) }])),
      commands: failing.map(({ command }) => command)
    }
  })
}

/** The report of a run; undefined for the summary that ends a batch. */
function parsed (line: string, file: string, number: number): Line | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = undefined
  }
  if (typeof value !== 'object' || value === null || !('scenario' in value)) throw new Error(`${file}, line ${number}: not the report of a run; \`run --json --each\` writes them`)
  return 'figures' in value && 'violations' in value ? value as Line : undefined
}
