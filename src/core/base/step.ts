import type { ErrorName } from './errors.js'

/** Why something was not done: the name of an error and the numbers that disagree. State is unchanged. */
export interface Refusal {
  readonly refused: ErrorName
  readonly detail: Readonly<Record<string, unknown>>
}

/** "We cannot do what was asked." @see style.md, bad news has three shapes */
export const refuse = (refused: ErrorName, detail: Readonly<Record<string, unknown>> = {}): Refusal => ({ refused, detail })

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value

/** A peer broke the protocol: the requirement it broke, and what was seen. Never contains a peer's free text. */
export interface Fault {
  /** Such as `CHAN-12`. */
  readonly requirement: string
  readonly detail: string
}

export const fault = (requirement: string, detail: string): Fault => ({ requirement, detail })

export const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' && value !== null && 'requirement' in value
