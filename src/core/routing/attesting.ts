import { equalBytes } from '../base/bytes.js'
import type { MeetingPointId, PeerId } from '../base/ids.js'
import type { AttestationMessage, AttestRequestMessage } from '../link/messages.js'
import { attest, attestingSecret, chosen, isAttestation, type Attestation } from './attestation.js'
import { levelOf } from './bucket.js'
import { isPresent } from './epoch.js'
import type { RoutingHost } from './host.js'
import { ATTESTATIONS_MAX, ATTESTED_MAX, ATTESTERS_MAX, ATTEST_SPACING_MS, ATTEST_WAIT_MS } from './limits.js'
import { PACING } from './pacing.js'
import { ignore } from './receive.js'

/** Peers with a live channel, whatever the asset. */
export const neighbourPeers = ({ tables }: Pick<RoutingHost, 'tables'>): ReadonlySet<PeerId> => new Set([...tables.neighbours.values()].map(({ peer }) => peer))

/** Asks the neighbours that have not yet attested for this role key and epoch. @see HINT-21 */
export function askAttestations (host: RoutingHost, id: MeetingPointId, epoch: number): void {
  const { askedAttesters } = host.tables
  const { nowMs } = host.env
  const peers = [...neighbourPeers(host)].map((peer) => ({ peer, bucket: capacityBucket(host, peer) ?? -1 }))
  // HINT-21: those who can attest most.
  const asked = peers.length <= ATTESTERS_MAX ? peers : peers.sort((a, b) => b.bucket - a.bucket).slice(0, ATTESTERS_MAX)
  for (const { peer } of asked) {
    const before = askedAttesters.get(peer)
    const same = before?.id === id && before.epoch === epoch
    if (same && (before.attestation !== undefined || before.askedMs + PACING[host.pacing].electMs > nowMs)) continue
    askedAttesters.set(peer, { peer, id, epoch, askedMs: nowMs, attestation: undefined })
    host.send(peer, { type: 'attestRequest', meetingPoint: id, epoch })
  }
}

/** A neighbour stands for election: it is told what the channels with it can carry, under a key of the epoch. @see HINT-22 */
export function onAttestRequest (host: RoutingHost, peer: PeerId, { meetingPoint: id, epoch }: AttestRequestMessage): void {
  const { attested } = host.tables
  const { nowMs } = host.env
  const key = `${epoch}/${peer}`
  const before = attested.get(key)
  // HINT-22: one role key a neighbour and epoch, so that nobody tries keys until one has a good ticket.
  const refused = before === undefined ? attested.size >= ATTESTED_MAX : before.id !== id || before.atMs + ATTEST_SPACING_MS > nowMs
  const bucket = refused || !isPresent(host, epoch) ? undefined : capacityBucket(host, peer)
  if (bucket === undefined) return ignore(host, peer, 'HINT-22')
  attested.set(key, { id, epoch, atMs: nowMs })
  const attestation = attest({ network: host.network.id, id, epoch, bucket }, attestingSecret(host.identitySecret, host.network.id, epoch, id))
  host.send(peer, { type: 'attestation', meetingPoint: id, epoch, ...attestation })
}

/**
 * An answer. Only what was asked for and verifies is kept, and of each key one.
 *
 * @returns whether it was kept
 * @see HINT-27
 */
export function onAttestation (host: RoutingHost, peer: PeerId, { meetingPoint: id, epoch, key, bucket, signature }: AttestationMessage): boolean {
  const { askedAttesters } = host.tables
  const asked = askedAttesters.get(peer)
  const attestation: Attestation = { key, bucket, signature }
  const twice = [...askedAttesters.values()].some((other) => other.attestation !== undefined && equalBytes(other.attestation.key, key))
  if (asked === undefined || asked.attestation !== undefined || asked.id !== id || asked.epoch !== epoch || twice ||
    !isAttestation({ network: host.network.id, id, epoch }, attestation)) { // HINT-27
    ignore(host, peer, 'HINT-27', 'an attestation that was not asked for, or is not valid')
    return false
  }
  askedAttesters.set(peer, { ...asked, attestation })
  return true
}

/** What present neighbours attest, in the order of an announcement. */
export function attestationsFor (host: Pick<RoutingHost, 'tables'>, id: MeetingPointId, epoch: number): readonly Attestation[] {
  const present = neighbourPeers(host)
  const found: Attestation[] = []
  for (const asked of host.tables.askedAttesters.values()) {
    if (asked.attestation !== undefined && asked.id === id && asked.epoch === epoch && present.has(asked.peer)) found.push(asked.attestation)
  }
  return chosen(id, found, ATTESTATIONS_MAX)
}

/** Whether all that were asked have answered, or had the time to. */
export function areAnswersIn (host: RoutingHost, id: MeetingPointId, epoch: number): boolean {
  const present = neighbourPeers(host)
  for (const asked of host.tables.askedAttesters.values()) {
    if (asked.id !== id || asked.epoch !== epoch || asked.attestation !== undefined || !present.has(asked.peer)) continue
    if (asked.askedMs + ATTEST_WAIT_MS > host.env.nowMs) return false
  }
  return true
}

/** Forgets what belongs to epochs gone by. */
export function forgetAttestations (host: RoutingHost, epoch: number): void {
  const { askedAttesters, attested } = host.tables
  for (const [peer, asked] of [...askedAttesters.entries()]) if (asked.epoch < epoch) askedAttesters.delete(peer)
  for (const [key, { epoch: of }] of [...attested.entries()]) if (of < epoch - 1) attested.delete(key)
}

/** Largest bucket that the capacity with a peer reaches in any asset, both directions together. */
function capacityBucket (host: RoutingHost, peer: PeerId): number | undefined {
  let level = 0
  for (const asset of host.assets()) {
    for (const { spendable, receivable } of host.channelsWith(peer, asset)) level = Math.max(level, levelOf(asset, spendable + receivable, 1_000))
  }
  return level === 0 ? undefined : level - 1
}
