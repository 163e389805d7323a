import { AmikoError } from '../../src/core/base/errors.js'
import type { Store } from '../../src/ports/store.js'

/** What goes wrong, at which write (the first is 1), and what the disk does with later ones. */
export interface DiskFault {
  readonly code: 'ENOSPC' | 'EIO' | 'EROFS'
  readonly atWrite: number
  /** Of an input/output error nobody knows whether the bytes reached the disk: here they did, but the answer is an error. */
  readonly wasWritten: boolean
}

/** A store that answers an error at one write and at all later ones, as a full or broken disk does until someone mends it. */
export function faultyStore (inner: Store, fault: DiskFault): Store & { readonly writes: () => number } {
  let writes = 0
  const error = (): AmikoError => new AmikoError('store-failed', { dir: 'faulty', reason: `${fault.code}: asked to fail at write ${fault.atWrite}` })
  return {
    ...inner,
    writes: () => writes,
    write (batch, done) {
      writes++
      if (writes < fault.atWrite) inner.write(batch, done)
      else if (writes === fault.atWrite && fault.wasWritten) inner.write(batch, () => { done(error()) })
      else queueMicrotask(() => { done(error()) })
    }
  }
}
