/** Performs an action for each item, at most `limit` at once; gives the results in order. */
export async function inParallel<T, R> (items: readonly T[], limit: number, action: (item: T, at: number) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      results[at] = await action(items[at]!, at)
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
