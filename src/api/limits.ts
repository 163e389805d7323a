/** Bounds of the local API. Each is a number with a reason; nothing that a caller can fill grows past them. */

/** Bytes of one request body: a full batch of the largest requests fits. */
export const BODY_BYTES_MAX = 262_144
/** Bytes of one answer that our own client reads: every payment a node keeps, and more. */
export const ANSWER_BYTES_MAX = 67_108_864
/** Requests in one batch. */
export const BATCH_MAX = 64
/** Calls that run at once over all callers: payments of a busy node and its page. */
export const CALLS_RUNNING_MAX = 512
/** Longest a call may wait. Shorter than the 300 s after which common HTTP clients give up. */
export const CALL_MS_MAX = 240_000
/** Event listeners at once. */
export const LISTENERS_MAX = 32
/** Notices that wait for one slow listener; later ones are counted and reported as lost. */
export const EVENTS_QUEUED_MAX = 1_024
/** Types one listener may name. */
export const EVENT_TYPES_MAX = 32
/** Silence after which a comment line is sent, so that both ends notice a dead connection. */
export const EVENTS_SILENT_MS_MAX = 15_000
/** HTTP connections at once. */
export const CONNECTIONS_MAX = 1_024
/** Bytes of all headers of a request. */
export const HEADER_BYTES_MAX = 16_384
/** Time a caller has to send its headers. */
export const HEADERS_MS_MAX = 5_000
/** Time a caller has to send its whole request. */
export const REQUEST_MS_MAX = 15_000
/** Time an idle connection is kept. */
export const KEEP_ALIVE_MS = 30_000
/** Time that running calls have to end when the server stops. */
export const STOP_MS_MAX = 500
/** Characters of the id of a JSON-RPC request. */
export const ID_CHARACTERS_MAX = 128
/** Nesting of an error's detail that is passed on. */
export const DETAIL_DEPTH_MAX = 4
/** Entries of one list or record in an error's detail. */
export const DETAIL_ENTRIES_MAX = 64

/** Characters of an amount as text: 20 digits, a point, 11 digits, `<code>@<peer id>`. */
export const AMOUNT_CHARACTERS_MAX = 128
/** Characters of an asset name. */
export const ASSET_CHARACTERS_MAX = 80
/** Characters of a peer id, or of a peer or channel id. */
export const PEER_CHARACTERS_MAX = 128
/** Characters of a multiaddr. */
export const ADDRESS_CHARACTERS_MAX = 512
/** Characters of an invoice. */
export const INVOICE_CHARACTERS_MAX = 8_192
/** Characters of a description. The invoice's own bound is in bytes and is judged by the node. */
export const DESCRIPTION_CHARACTERS_MAX = 1_024
/** Characters of a path of a file. */
export const PATH_CHARACTERS_MAX = 4_096
/** Characters of an address of a chain. */
export const CHAIN_ADDRESS_CHARACTERS_MAX = 128
/** Rules of one link. */
export const RULES_MAX = 32
/** Characters of a waypoint: a peer id, the id of a meeting point, or an entry. */
export const WAYPOINT_CHARACTERS_MAX = 512
/** Waypoints of one payment. */
export const WAYPOINTS_MAX = 16
/** How many times an invoice can be paid; the node judges by its own bound. */
export const TIMES_MAX = 100_000
/** Payments of one stream that are under way at once. */
export const STREAM_IN_FLIGHT_MAX = 32
/** Meeting points of one invoice. */
export const MEETING_POINTS_MAX = 16
/** Entries of one list answer. */
export const LIST_MAX = 10_000
/** Entries of one list answer when the caller names no number. */
export const LIST_DEFAULT = 1_000
