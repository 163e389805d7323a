/** Time as an input: wall clock at start, advanced by monotonic time. */
export interface Clock {
  /** Milliseconds since 1970; never goes back and never jumps while the process lives. */
  now: () => number
  /** Runs `callback` once, not before `atMs`; gives a function that cancels it. */
  at: (atMs: number, callback: () => void) => () => void
  /** Runs `callback` soon, after what is ready now: input that is already waiting comes first. */
  soon: (callback: () => void) => void
}

/** 32 fresh random bytes a call. */
export type Entropy = () => Uint8Array
