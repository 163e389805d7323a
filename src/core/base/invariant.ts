/** We have a bug. The runner freezes the channel named in `scope`, keeps its safety timers and dumps its state. */
export class InvariantError extends Error {
  override name = 'InvariantError'
  /** The channel the bug is in, when one is known. */
  scope: string | undefined
}

/**
 * States what must hold.
 *
 * @param why - why it must hold, as a sentence
 */
export function invariant (condition: boolean, why: string): asserts condition {
  if (!condition) throw new InvariantError(why)
}

/** The default branch of an exhaustive switch: a new case must be handled before this compiles. */
export function unreachable (value: never): never {
  throw new InvariantError(`unhandled case: ${String((value as { type?: string }).type ?? value)}`)
}
