import { bech32m } from '@scure/base'
import { fromHex, toHex } from '../../../core/base/bytes.js'
import { AmikoError } from '../../../core/base/errors.js'
import { bytes32, decodeLayout, encodeLayout, list, oneOf, optional, record, text } from '../../../core/base/struct.js'

/** All that a node needs to belong to a private network: its name and kind, its key, and where to find others. */
export interface Invitation {
  readonly network: string
  readonly kind: 'mainnet' | 'testnet' | 'regtest'
  /** 32 bytes hex. */
  readonly networkKey: string | undefined
  /** Multiaddrs that end in /p2p/<peer id>. */
  readonly bootstrap: readonly string[]
}

const PREFIX = 'amikonet'
const BOOTSTRAP_MAX = 8
const CHARACTERS_MAX = 4_096

const layout = record({
  version: oneOf('1'),
  network: text<string>(32),
  kind: oneOf('mainnet', 'testnet', 'regtest'),
  networkKey: optional(bytes32),
  bootstrap: list(text<string>(255), BOOTSTRAP_MAX)
})

/** `amikonet1…`: bech32m, so a mistyped letter is noticed. Whoever has it can join: it contains the key. */
export function formatInvitation (invitation: Invitation): string {
  if (invitation.bootstrap.length > BOOTSTRAP_MAX) throw new AmikoError('too-large', { what: 'The list of addresses', limit: `${BOOTSTRAP_MAX} addresses` })
  const bytes = encodeLayout(layout, {
    version: '1' as const,
    network: invitation.network,
    kind: invitation.kind,
    networkKey: invitation.networkKey === undefined ? undefined : fromHex(invitation.networkKey),
    bootstrap: invitation.bootstrap
  })
  return bech32m.encode(PREFIX, bech32m.toWords(bytes), false)
}

/** Reads what {@link formatInvitation} wrote. Throws bad-request. */
export function parseInvitation (written: string): Invitation {
  try {
    if (written.length > CHARACTERS_MAX) throw new RangeError('it is too long')
    const { prefix, words } = bech32m.decode(written.trim() as `${string}1${string}`, false)
    if (prefix !== PREFIX) throw new RangeError(`it starts with ${prefix}1`)
    const { network, kind, networkKey, bootstrap } = decodeLayout(layout, bech32m.fromWords(words))
    return { network, kind, networkKey: networkKey === undefined ? undefined : toHex(networkKey), bootstrap }
  } catch (error) {
    throw new AmikoError('bad-request', { reason: `not the string of a network (${(error as Error).message.slice(0, 100)}); it starts with ${PREFIX}1` }, { cause: error })
  }
}
