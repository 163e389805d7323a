import { AmikoError } from '../core/base/errors.js'
import { isRefusal } from '../core/base/step.js'
import type { Request } from '../core/node/requests.js'
import type { Runner } from './runner.js'

/**
 * Feeds a request to the core and waits for its answer. A refusal becomes an AmikoError. An abort ends the waiting,
 * never what was asked.
 *
 * @param onAborted - makes the error to reject with when the wait was aborted; the signal's reason otherwise
 */
export async function ask<T> (runner: Runner, request: Request, signal?: AbortSignal, onAborted?: (reason: unknown) => unknown): Promise<T> {
  signal?.throwIfAborted()
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => { reject((onAborted?.(signal?.reason) ?? signal?.reason) as Error) }
    signal?.addEventListener('abort', onAbort, { once: true })
    runner.request(request, (result) => {
      signal?.removeEventListener('abort', onAbort)
      if (isRefusal(result)) reject(new AmikoError(result.refused, result.detail))
      else resolve(result as T)
    })
  })
}
