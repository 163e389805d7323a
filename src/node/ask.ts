import { AmikoError, ERRORS, type ErrorName } from '../core/base/errors.js'
import { isRefusal } from '../core/base/step.js'
import type { Request } from '../core/node/requests.js'
import type { AssetId } from '../core/base/ids.js'
import type { Assets } from './nouns.js'
import type { Runner } from './runner.js'

interface Asked { readonly runner: Runner, readonly assets: Assets }

interface AskOptions {
  readonly signal?: AbortSignal | undefined
  /** The asset that amounts in a refusal are counted in. */
  readonly asset?: AssetId | (() => AssetId) | undefined
  /** Makes the error to reject with when the wait was aborted; the signal's reason otherwise. */
  readonly onAborted?: (reason: unknown) => unknown
}

/**
 * Feeds a request to the core and waits for its answer. A refusal becomes an AmikoError. An abort ends the waiting,
 * never what was asked.
 */
export async function ask<T> ({ runner, assets }: Asked, request: Request, { signal, asset, onAborted }: AskOptions = {}): Promise<T> {
  signal?.throwIfAborted()
  return await new Promise<T>((resolve, reject) => {
    const onAbort = (): void => { reject((onAborted?.(signal?.reason) ?? signal?.reason) as Error) }
    signal?.addEventListener('abort', onAbort, { once: true })
    runner.request(request, (result) => {
      signal?.removeEventListener('abort', onAbort)
      if (isRefusal(result)) reject(new AmikoError(result.refused, withUnits(result.detail, assets, isOfChain(result.refused) ? undefined : asset)))
      else resolve(result as T)
    })
  })
}

/** What wallets and chains refuse is counted in satoshis, whatever was asked for. */
const isOfChain = (name: ErrorName): boolean => ERRORS[name][0] >= 400 && ERRORS[name][0] < 500

/** Amounts of a refusal as text with their unit: a person reads them. */
function withUnits (detail: Readonly<Record<string, unknown>>, assets: Assets, asset: AskOptions['asset']): Readonly<Record<string, unknown>> {
  if (!Object.values(detail).some((value) => typeof value === 'bigint') && detail['asset'] === undefined) return detail
  const named = typeof detail['asset'] === 'string' ? detail['asset'] as AssetId : typeof asset === 'function' ? asset() : asset
  return Object.fromEntries(Object.entries(detail).map(([name, value]) => {
    if (typeof value === 'bigint') return [name, named === undefined ? value.toString() : assets.format(named, value)]
    if (name === 'asset' && named !== undefined) return [name, assets.byId(named)?.name ?? named]
    return [name, value]
  }))
}
