import { keyOf } from '../../src/core/base/ids.js'
import { lockLayout } from '../../src/core/channel/lock.js'
import type { Violation, World } from '../harness/world.js'

/** Something that must not be read somewhere: its bytes, and how people would call it. */
export interface Hidden { readonly what: string, readonly bytes: Uint8Array }

/** Looks for what is hidden in bytes, and in text as hexadecimal too (I22). */
export function checkSecrecy (where: string, bytes: Uint8Array, hidden: readonly Hidden[]): readonly Violation[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  return hidden.filter((each) => all.indexOf(each.bytes) >= 0).map(({ what }) => ({ invariant: 'I22', detail: `${where} tells ${what}` }))
}

export function checkSecrecyOfText (where: string, text: string, hidden: readonly Hidden[]): readonly Violation[] {
  return hidden.filter(({ bytes }) => text.includes(Buffer.from(bytes).toString('hex'))).map(({ what }) => ({ invariant: 'I22', detail: `${where} tells ${what}` }))
}

/** Secrets of locks that are remembered: older ones were shown long ago. */
const SECRETS_MAX = 256

/**
 * Watches all that nodes tell, from now on: neighbours on the link and route streams learn of no third node; what is
 * announced, and every line of the log, names no secret of a lock. With the real curve no identity secret is told
 * anywhere; the cheap curve has none, since its points are their secrets.
 */
export function watchSecrecy (world: World, report: (violations: readonly Violation[]) => void): void {
  const hasSecrets = world.curve === 'real'
  const nodes: ReadonlyArray<Hidden & { readonly peer: string }> = world.nodes.map(({ name, peer }) => ({ what: `the identity of ${name}`, peer, bytes: keyOf(peer) }))
  const texts = nodes.map(({ what, peer }) => ({ what, peer, bytes: Buffer.from(peer) }))
  const identities: readonly Hidden[] = hasSecrets ? world.nodes.map(({ name, identitySecret }) => ({ what: `the identity secret of ${name}`, bytes: identitySecret })) : []
  const secrets: Hidden[] = []
  world.listen((frame) => {
    const name = world.nodeOf(frame.from).name
    report(checkSecrecy(`a ${frame.stream} message of ${name}`, frame.bytes, identities))
    if (frame.stream === 'channel') return
    const others = [...nodes, ...texts].filter(({ peer }) => peer !== frame.from && peer !== frame.to)
    report(checkSecrecy(`a ${frame.stream} message of ${name}`, frame.bytes, others))
    if (hasSecrets) report(checkSecrecy(`a ${frame.stream} message of ${name}`, frame.bytes, secrets))
  })
  world.onAnnounced((node, bytes) => { report(checkSecrecy(`an announcement of ${node.name}`, bytes, [...identities, ...(hasSecrets ? secrets : [])])) })
  world.onLog((node, text) => { if (hasSecrets) report(checkSecrecyOfText(`the log of ${node.name}`, text, [...identities, ...secrets])) })
  if (!hasSecrets) return
  world.onStored((_node, batch) => {
    for (const { key, value } of batch) {
      const secret = value === undefined || !key.startsWith('lock/') ? undefined : lockLayout.decode(value).secret
      if (secret === undefined) continue
      secrets.push({ what: `the secret of ${key}`, bytes: secret })
      if (secrets.length > SECRETS_MAX) secrets.shift()
    }
  })
}
