/** Bounds of the network tool. */

/** Nodes of one network on one machine, each a process. */
export const NODES_MAX = 200
/** Links of one topology. */
export const LINKS_MAX = 2_000
/** Bytes of a topology file. */
export const TOPOLOGY_BYTES_MAX = 1_048_576
/** Nodes that start at once: starting takes a whole core for a second. */
export const STARTS_AT_ONCE = 4
/** Links that are made at once. */
export const LINKS_AT_ONCE = 8
/** Time a node has to start. */
export const START_MS_MAX = 120_000
/** Time a link or a channel has to open. */
export const OPEN_MS_MAX = 60_000
/** Time hints have to reach every node. */
export const HINTS_MS_MAX = 120_000
/** Time between two looks at whether hints have come. */
export const HINTS_LOOK_MS = 200
/** Time a node has to stop before it is killed. */
export const STOP_MS_MAX = 20_000
/** Time a chain has to stop: a full node writes what it has in memory. */
export const CHAIN_STOP_MS_MAX = 40_000
/** Time the chain has to show each wallet its coins, and each channel its confirmations. */
export const CHAIN_MS_MAX = 120_000
/** Satoshis of a wallet beyond what its channels take: fees, and what is kept aside for fees. */
export const WALLET_MARGIN_SAT = 2_000_000n
/** Blocks after which a mined coin can be spent. */
export const MATURITY_BLOCKS = 100
/** Blocks after which the faucet of an embedded chain gives a coin away. */
export const FAUCET_MATURITY_BLOCKS = 130
/** Payments that `network pay` makes at once. */
export const CONCURRENCY_MAX = 256
/** Payments of one `network pay`. */
export const PAYMENTS_MAX = 1_000_000
/** Payments that `network up` shows at the end. */
export const FIRST_PAYMENTS = 3
/** One meeting point for so many nodes. */
export const NODES_PER_MEETING_POINT = 16
