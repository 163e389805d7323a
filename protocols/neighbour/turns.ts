/**
 * Shares the event loop fairly: at most a bounded number of records each turn over all streams, first come first
 * served, so that neither a busy peer nor many of them hold back local timers.
 */
export interface Turns {
  /** Resolves when one more record may be processed; at once, when this turn has room and nobody waits. */
  take: () => Promise<void> | undefined
}

export function createTurns (recordsPerTurn: number): Turns {
  let left = recordsPerTurn
  let scheduled = false
  const waiting: Array<() => void> = []

  const nextTurn = (): void => {
    scheduled = false
    left = recordsPerTurn
    const resumed = waiting.splice(0, left)
    left -= resumed.length
    if (waiting.length > 0 || left < recordsPerTurn) schedule()
    for (const resume of resumed) resume()
  }
  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(nextTurn)
  }
  return {
    take: () => {
      schedule()
      if (waiting.length === 0 && left > 0) {
        left--
        return undefined
      }
      return new Promise((resolve) => { waiting.push(resolve) })
    }
  }
}
