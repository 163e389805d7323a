import { drawFrom, type Env } from '../../../src/core/base/env.js'
import { taggedHash } from '../../../src/core/base/hash.js'
import { peerIdOfPublicKey, type PeerId, type RequestId } from '../../../src/core/base/ids.js'
import { encodeLayout, u32 } from '../../../src/core/base/struct.js'
import { newJournal, type Journal } from '../../../src/core/base/table.js'
import { mulG, scalarOf } from '../../../src/core/crypto/curve.js'
import type { LinkHost, LinkNotice, LinkSettings } from '../../../src/core/link/host.js'
import * as links from '../../../src/core/link/link.js'
import type { LinkMessage } from '../../../src/core/link/messages.js'
import { createLinkTables, type Link } from '../../../src/core/link/tables.js'

export const START_MS = 1_750_000_000_000

export const peerNumber = (number: number): PeerId => peerIdOfPublicKey(mulG(scalarOf(taggedHash('amiko/test/link-peer', encodeLayout(u32, number)))))

/** Links of one node; what it sends is collected. */
export class LinkNode {
  readonly peer: PeerId
  readonly host: LinkHost
  readonly journal: Journal = newJournal()
  readonly sent: Array<{ readonly to: PeerId, readonly message: LinkMessage }> = []
  readonly answers = new Map<string, object>()
  readonly notices: LinkNotice[] = []
  readonly timers = new Map<string, number>()
  readonly kept = new Map<PeerId, readonly string[]>()
  readonly dropped: PeerId[] = []
  readonly connected = new Set<PeerId>()
  readonly channels = new Map<PeerId, number>()
  nowMs = START_MS
  #requests = 0

  constructor (number: number, settings: LinkSettings = { pingMs: 20_000, pingTimeoutMs: 60_000 }) {
    this.peer = peerNumber(number)
    const node = this
    this.host = {
      get env (): Env { return { nowMs: node.nowMs, heights: {}, entropy: new Uint8Array(32) } },
      draw: drawFrom(taggedHash('amiko/test/entropy', encodeLayout(u32, number))),
      self: this.peer,
      settings,
      tables: createLinkTables(this.journal),
      send: (to, message) => { if (node.connected.has(to)) node.sent.push({ to, message }) },
      keep: (peer, addresses) => { node.kept.set(peer, addresses) },
      release: (peer) => { node.kept.delete(peer) },
      drop: (peer) => { node.dropped.push(peer) },
      setTimer: (key, atMs) => { node.timers.set(key, atMs) },
      clearTimer: (key) => { node.timers.delete(key) },
      answer: (requestId, result) => { node.answers.set(requestId, result) },
      notify: (notice) => { node.notices.push(notice) },
      isConnected: (peer) => node.connected.has(peer),
      channelCount: (peer) => node.channels.get(peer) ?? 0
    }
  }

  status (peer: PeerId): Link['status'] | undefined { return this.host.tables.links.get(peer)?.status }
  takeSent (): LinkMessage[] { return this.sent.splice(0).map(({ message }) => message) }

  /** Asks for a link; gives the request's id, under which the answer comes. */
  open (peer: PeerId, addresses: readonly string[] = []): string {
    const requestId = `request-${this.#requests++}` as RequestId
    const result = links.openLink(this.host, requestId, { peer, addresses, accept: undefined })
    if (result !== undefined) this.answers.set(requestId, result)
    return requestId
  }

  receive (from: PeerId, message: LinkMessage): void { links.onLinkMessage(this.host, from, message as links.LinkOwnMessage) }

  connect (peer: PeerId): void {
    this.connected.add(peer)
    links.onPeerConnected(this.host, peer)
  }

  disconnect (peer: PeerId): void {
    this.connected.delete(peer)
    this.sent.length = 0
    links.onPeerDisconnected(this.host, peer)
  }

  /** Fires the timers that are due at a time. */
  passTo (nowMs: number): void {
    for (;;) {
      const due = [...this.timers].filter(([, atMs]) => atMs <= nowMs).sort((a, b) => a[1] - b[1])[0]
      if (due === undefined) break
      this.timers.delete(due[0])
      this.nowMs = Math.max(this.nowMs, due[1])
      links.onLinkTimer(this.host, due[0])
    }
    this.nowMs = nowMs
  }
}

/** Two nodes with one wire between them. */
export class LinkPair {
  readonly left = new LinkNode(1)
  readonly right: LinkNode

  constructor (settings?: LinkSettings) { this.right = new LinkNode(2, settings) }

  connect (): void {
    this.left.connect(this.right.peer)
    this.right.connect(this.left.peer)
  }

  disconnect (): void {
    this.left.disconnect(this.right.peer)
    this.right.disconnect(this.left.peer)
  }

  /** Delivers up to `most` messages in turn; gives how many there were. */
  exchange (most = 100): number {
    let count = 0
    while (count < most) {
      const toRight = this.left.sent.shift()
      const toLeft = this.right.sent.shift()
      if (toRight === undefined && toLeft === undefined) break
      if (toRight !== undefined) { count++; this.right.receive(this.left.peer, toRight.message) }
      if (toLeft !== undefined) { count++; this.left.receive(this.right.peer, toLeft.message) }
    }
    return count
  }
}
