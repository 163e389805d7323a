/** What a promise gives, if it does so in time. Throws when it does not; what is behind the promise goes on. */
export async function within<T> (promise: PromiseLike<T> | T, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => { reject(new Error(`no end after ${milliseconds} ms`)) }, milliseconds) })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
