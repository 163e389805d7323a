import { asUnits, ZERO } from '../base/money.js'
import type { FeePolicy } from './rules.js'

/** Links of one node, in every status. */
export const LINKS_MAX = 1_024
/** Open links that were accepted without being asked for here and that carry no channel. */
export const STRANGER_LINKS_MAX = 128
/** Requests of strangers that wait for a person. @see LINK-8 */
export const INCOMING_MAX = 16
/** Addresses kept of a peer, and bytes of one. */
export const ADDRESSES_MAX = 8
export const ADDRESS_BYTES_MAX = 256
/** Accept rules of one link. */
export const ACCEPT_RULES_MAX = 64
/** Channels that one link may carry. */
export const CHANNELS_PER_LINK_MAX = 16
/** Requests of users that wait for a peer's answer. */
export const OPEN_WAITS_MAX = 256
/** How long `link open` waits for the peer before it says how things stand. */
export const OPEN_WAIT_MS = 15_000
/** How far two neighbours' clocks may differ while locks are accepted and expired between them. @see LINK-12 */
export const CLOCK_SKEW_MAX_MS = 60_000
/** Messages of the link stream (hints apart) that a peer may send at once, and each second after. @see LINK-13 */
export const MESSAGES_BURST = 64
export const MESSAGES_PER_SECOND = 8
/** Largest capacity of a `chain` channel that is accepted where no rule says otherwise: a tenth of a whole coin, in thousandths of its smallest unit on chain. */
export const CHAIN_CAPACITY_DEFAULT = asUnits(10_000_000_000n)
/** Fees of a link where nothing was set. */
export const FEE_DEFAULT: FeePolicy = { base: ZERO, ppm: 0 }
