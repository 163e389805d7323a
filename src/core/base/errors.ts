/**
 * All errors that a user can meet, in one table: name, number (1xx usage, 2xx payment, 3xx link and channel,
 * 4xx chain, 5xx mesh, 6xx store), and the sentence. `{field}` is filled from the error's detail.
 */
export const ERRORS = {
  // 1xx usage
  'bad-request': [100, 'The request is not valid: {reason}.'],
  'unknown-method': [101, 'There is no method {method}; `amiko commands` lists them.'],
  'bad-amount': [102, 'Not an amount: {text}. Write a number and its unit, such as 1500msat, 20sat, 0.001btc or 12.50eur@<issuer>.'],
  'amount-out-of-range': [103, 'The amount {amount} is out of range: {min} to {max} is possible.'],
  'unknown-asset': [104, 'The asset {asset} is not known here. Known: {known}.'],
  'bad-peer': [105, 'Not a peer id of a secp256k1 key: {text}. Peer ids of this network start with 16Uiu2.'],
  'bad-address': [106, 'Not an address one can dial: {text}. Write a multiaddr that ends in /p2p/<peer id>.'],
  'not-found': [107, 'There is no {what} {id}.'],
  'not-allowed': [108, 'This credential may not call {method}; it needs the scope {scope}.'],
  'busy': [109, 'Too many {what} at once ({limit}); try again when some have ended.'],
  'not-implemented': [110, '{what} is not part of this version.'],
  'shutting-down': [111, 'The node is stopping.'],
  'already-exists': [112, '{what} {id} exists already.'],
  'no-credential': [113, 'The request carries no valid credential. Send the content of .cookie in the data folder as a bearer token.'],
  'forbidden-origin': [114, 'The request was refused: {reason}. The API answers programs of this machine only.'],
  'too-large': [115, '{what} is too large: at most {limit} is possible.'],
  'bad-topology': [116, 'Line {line} of the topology {file} is not valid: {reason}.'],
  'declined': [117, 'Nothing was done: the question was not answered with yes.'],
  'interrupted': [118, 'The waiting was ended; what was asked may still happen.'],
  'bad-phrase': [119, 'Not a phrase of this program: {reason}.'],
  'wrong-passphrase': [120, 'The passphrase does not open {file}.'],
  'passphrase-needed': [121, '{file} is encrypted; it needs a passphrase: set AMIKO_PASSPHRASE, or start on a terminal.'],
  'internal': [199, 'A fault of this program: {reason}. The state was kept; please report it with the log.'],
  // 2xx payment
  'bad-invoice': [200, 'Not a valid invoice: {reason}.'],
  'wrong-network': [201, 'The invoice is for the network {theirs}, this node is on {ours}.'],
  'wrong-asset': [202, 'The asset {asset} cannot be paid here: no open channel carries it.'],
  'invoice-expired': [203, 'The invoice expired {expired}. Ask the payee for a new one.'],
  'invoice-closed': [204, 'The invoice {id} is {status} already.'],
  'own-invoice': [205, 'This invoice was made by this node; it cannot pay itself.'],
  'insufficient-funds': [206, 'Not enough to send: {wanted} wanted, {spendable} can be sent over all channels now.'],
  'no-route': [207, 'No way to the payee was found within the limits: {reason}.'],
  'fee-limit': [208, 'The cheapest way found costs {fee}, more than the limit {limit}.'],
  'payment-failed': [209, 'The payment failed and nothing was paid: {reason}.'],
  'payment-pending': [210, 'The outcome is open: payment {id} holds locks. `amiko payment wait {id}` shows the end.'],
  'no-meeting-point': [211, 'No meeting point is within reach. Wait for hints to arrive, or name one with --meeting-point ID, or host one here with `amiko meeting-point host`.'],
  'no-address': [212, 'The peer {peer} has no address to route to. A waypoint is one of three: a meeting point (its id), a link neighbour (its peer id, and as the first only), or a node that has published an entry (the text amkway… of `amiko waypoint publish` there).'],
  'timed-out': [213, 'No answer within {milliseconds} ms.'],
  'receive-limit': [214, 'Not enough can be received: {wanted} wanted, {receivable} can be received over all channels now.'],
  'expiry-too-far': [215, 'The way would lock money for {seconds} s, more than the limit {limit} s.'],
  'already-paid': [216, 'The invoice {id} was paid by this node already; the proof is in `amiko payment show {id}`.'],
  'bad-waypoint': [217, 'Not a valid waypoint entry: {reason}.'],
  // 3xx link and channel
  'no-link': [300, 'There is no open link to {peer}. `amiko link open` makes one.'],
  'link-refused': [301, 'The peer refused the link: {reason}.'],
  'link-pending': [302, 'The peer has not accepted the link yet; it sees the request in `amiko link list --requests`.'],
  'peer-offline': [303, 'The peer {peer} is not connected. The node keeps trying.'],
  'no-channel': [304, 'There is no channel {id}.'],
  'channel-refused': [305, 'The peer refused the channel: {reason}.'],
  'not-accepted': [306, 'The rules of this link do not accept {what}; `amiko link set` changes them.'],
  'limit-exceeded': [307, 'The credit limit does not allow it: {wanted} wanted, {possible} possible.'],
  'channel-not-open': [308, 'The channel {id} is {status}; this needs an open one.'],
  'too-many-locks': [309, 'The channel holds {count} locks, the most it may.'],
  'clock-skew': [310, 'The clocks of the two neighbours differ by {seconds} s (at most {limit} s): locks are neither accepted nor expired until they agree.'],
  'channel-frozen': [311, 'The channel {id} is frozen after a fault of this program; its state was written to {dump}.'],
  'channel-busy': [312, 'The channel {id} still holds {locks} locks; it can close when they have ended.'],
  'self-link': [313, 'A node cannot link to itself.'],
  'channel-exists': [314, 'There is already a channel of this kind and asset on the link: {id}.'],
  'limit-too-low': [315, 'The limit cannot go below what is owed and locked: {least}.'],
  'link-busy': [316, 'The link to {peer} carries {channels} channels; close them first.'],
  'limit-replaced': [317, 'A newer request took the place of this limit before it could be proposed.'],
  // 4xx chain
  'no-chain': [400, 'This node has no {chain} backend; `amiko init --chain` sets one.'],
  'insufficient-coins': [401, 'Not enough coins on {chain}: {wanted} sat are wanted, fees included, and {spendable} sat can be spent now; {reserved} sat are kept aside for fees, {waiting} sat wait for confirmation.'],
  'dust-output': [402, 'An output of {amount} sat is too small on {chain}: nodes pass on {min} sat and more.'],
  'bad-chain-address': [403, 'Not an address of {chain}: {reason}.'],
  'fee-rate-out-of-range': [404, 'A fee rate of {rate} sat for 1,000 virtual bytes is out of range: {min} to {max} is possible.'],
  'not-replaceable': [405, 'The payment {id} cannot be replaced: {reason}.'],
  'fee-share': [406, 'The fee of {fee} sat is out of proportion to the {amount} sat that are moved; name a fee rate to pay it all the same.'],
  'chain-unreachable': [407, 'The chain at {rpc} does not answer: {reason}.'],
  'chain-refused': [408, 'The chain refused {method}: {reason}.'],
  'no-wallet': [409, 'This node has no wallet: its folder holds no phrase. `amiko init` makes a folder with one.'],
  // 5xx mesh
  'unreachable': [500, 'The peer {peer} could not be reached: {reason}.'],
  'wrong-network-key': [501, 'The peer {peer} could not prove that it belongs to this network.'],
  'node-unreachable': [502, 'The node at {api} does not answer. Is it running? `amiko start` starts it.'],
  // 6xx store
  'store-locked': [600, 'The folder {dir} is in use by another process.'],
  'store-corrupt': [601, 'The store in {dir} is damaged: {reason}. It was left untouched; restore a copy of the folder.'],
  'store-newer': [602, 'The store in {dir} was written by a newer version ({reason}). It was left untouched; use that version.'],
  'store-failed': [603, 'Writing to {dir} failed: {reason}. Nothing unsaved was sent; free space or mend the disk, then start again.'],
  'not-initialised': [604, 'There is no node in {dir}; `amiko init` makes one.'],
  'already-initialised': [605, 'There is a node in {dir} already.'],
  'backup-damaged': [606, 'The backup {file} is damaged: {reason}. Use another copy.'],
  'backup-newer': [607, 'The backup {file} has format {found}; this program knows up to {known}. Use the version that wrote it.'],
  'backup-network': [608, 'The backup {file} is of the network {theirs}, not of {ours}.'],
  'backup-phrase': [609, 'The backup {file} was made with another phrase.'],
  'backup-peer': [610, 'The backup {file} is of the node {theirs}, this one is {ours}. `amiko init --restore --backup FILE` makes the folder of that node.']
} as const satisfies Record<string, readonly [number, string]>

export type ErrorName = keyof typeof ERRORS

/** The error a caller of the library, the API or the command line sees. */
export class AmikoError extends Error {
  override readonly name: ErrorName
  readonly code: number
  readonly detail: Readonly<Record<string, unknown>>

  constructor (name: ErrorName, detail: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(sentenceOf(name, detail), options)
    this.name = name
    this.code = ERRORS[name][0]
    this.detail = detail
  }
}

/** The error's sentence with the detail filled in. */
export function sentenceOf (name: ErrorName, detail: Readonly<Record<string, unknown>>): string {
  return ERRORS[name][1].replace(/\{(\w+)\}/g, (_all, field: string) => {
    const value = Object.hasOwn(detail, field) ? detail[field] : undefined
    return value === undefined ? 'unknown' : `${value as string | number | bigint | boolean}`
  })
}

export const isErrorName = (name: string): name is ErrorName => Object.hasOwn(ERRORS, name)
