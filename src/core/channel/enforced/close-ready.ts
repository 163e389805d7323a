import type { Channel } from '../entity.js'
import type { ChannelHost } from '../host.js'
import { closingNonce } from './closing-transaction.js'
import { contractOf, secretsOf } from './state.js'

/** Whether both sides may sign a closing transaction: a shutdown is agreed, nothing is locked, no round runs. @see ENF-17 */
export function isQuiet ({ state, round, status }: Channel): boolean {
  return state.kind === 'chain' && status === 'closing' && state.shutdown && state.localLocks === 0 && state.remoteLocks === 0 && round.phase === 'idle'
}

/** Says where our part of the close goes, with a fresh nonce for signing the peer's transaction. Once a connection. @see ENF-17, ENF-18 */
export function sayReady (host: ChannelHost, channel: Channel): void {
  const { state, id, peer } = channel
  if (state.kind !== 'chain' || host.chain === undefined || !isQuiet(channel) || host.sessions.get(id)?.ready !== true) return
  const before = host.closings.get(id)
  const localScript = before?.localScript ?? host.chain.payoutScript(state.terms.clock)
  const localNonce = before?.localNonce ?? closingNonce(contractOf(host, state), secretsOf(host, state.terms).funding, host.draw('closing nonce'))
  if (before === undefined) host.closings.set(id, { localScript, localNonce, remoteScript: undefined, remoteNonce: undefined, offered: undefined })
  host.send(peer, { type: 'close-ready', channelId: id, script: localScript, nonce: localNonce.public })
}
