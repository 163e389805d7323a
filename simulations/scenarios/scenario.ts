import type { Violation, World, WorldOptions } from '../harness/world.js'

/** What a run of a scenario may be told from outside. */
export interface ScenarioOptions {
  readonly seed: bigint
  /** Number of nodes, where the scenario leaves it open. */
  readonly nodes?: number
  readonly curve?: 'fake' | 'real'
  /** Names of {@link Scenario.parts} that do not happen. */
  readonly leaveOut?: readonly string[]
  /** Nothing new begins after so many virtual milliseconds of a schedule. */
  readonly untilMs?: number
}

/** Numbers and words a run found out, for people and for reports. */
export type Figures = Readonly<Record<string, string | number | boolean>>

/** A question put to the whole system, and how to ask it. */
export interface Scenario {
  readonly name: string
  readonly question: string
  /** How many nodes it may be asked with; absent when it has its own number. */
  readonly sizes?: { readonly min: number, readonly max: number }
  /** The curve it needs, where it cannot be asked with the other: a chain judges signatures. */
  readonly curve?: 'real'
  /** Names of what can be left out of a run, where it is made of parts: how a failing run is made smaller. */
  readonly parts?: (options: ScenarioOptions) => readonly string[]
  /** Virtual time within which all of it begins, where that is longer than seconds. */
  readonly actionMs?: number
  /** The world in which it is asked. */
  readonly world: (options: ScenarioOptions) => Omit<WorldOptions, 'seed' | 'curve' | 'trace' | 'createCore'>
  /** Runs it; what is wrong goes to `world.violate`. */
  readonly run: (world: World, options: ScenarioOptions) => Promise<Figures>
}

/** States what a scenario expects; a difference is a violation. */
export function expect (world: World, what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) world.violate({ invariant: 'expected', detail: `${what}: ${String(actual)}, not ${String(expected)}` })
}

export const report = (world: World, violations: readonly Violation[]): void => { for (const violation of violations) world.violate(violation) }
