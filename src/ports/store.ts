/** One write of a batch; `undefined` deletes. */
export interface StoreWrite {
  readonly key: string
  readonly value: Uint8Array | undefined
}

/**
 * Durable key-value storage of money state. One process at a time; batches are atomic and, once the callback came
 * without an error, survive a power cut.
 */
export interface Store {
  /** Takes the lock and reads everything. Throws AmikoError store-locked, store-corrupt or store-newer; nothing is changed then. */
  open: () => Promise<ReadonlyArray<readonly [key: string, value: Uint8Array]>>
  /** Writes one batch, synced. Batches become durable in the order of the calls. */
  write: (batch: readonly StoreWrite[], done: (error?: Error) => void) => void
  close: () => Promise<void>
}
