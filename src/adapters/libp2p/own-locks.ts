import type { PeerId, PeerStore } from '@libp2p/interface'

/** The part of the library's peer store that is replaced. */
interface LocksByPeer {
  getLock: (peer: PeerId) => unknown
  maybeRemoveLock: (peer: PeerId, lock: unknown) => void
}

/**
 * Gives a peer store locks of its own. The library names the lock of a record after its peer alone, and all locks of one
 * name in a process are one: nodes of one process would wait for each other whenever they look at the same peer, and one
 * that is held up would hold up all, so that of two hundred nodes some never spoke with each other.
 */
export function ownLocks (store: PeerStore, self: PeerId): void {
  const locks = (store as unknown as { readonly store: LocksByPeer }).store
  const named = (peer: PeerId): PeerId => ({ toString: () => `${self.toString()}/${peer.toString()}` }) as PeerId
  const [getLock, maybeRemoveLock] = [locks.getLock.bind(locks), locks.maybeRemoveLock.bind(locks)]
  locks.getLock = (peer) => getLock(named(peer))
  locks.maybeRemoveLock = (peer, lock) => { maybeRemoveLock(named(peer), lock) }
}
