/** Says what happens, step by step, on standard error. */
export type Progress = (text: string) => void

/** Performs an action for each item, at most `limit` at once, and gives the results in order. After a failure
 * no further item is begun; what runs is waited for, so that nothing is left behind unknown; then the first failure is thrown. */
export async function inParallel<T, R> (items: readonly T[], limit: number, action: (item: T, at: number) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const failures: unknown[] = []
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const at = next++
      try {
        results[at] = await action(items[at]!, at)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
  return results
}
