import type * as Koffi from 'koffi'

/** Memory that both sides see: arguments are written into it, results are read from it. */
export interface Scratch {
  readonly bytes: Uint8Array
  readonly scalar: Uint8Array
  readonly message: Uint8Array
  readonly aux: Uint8Array
  readonly signature: Uint8Array
  readonly keypair: Uint8Array
}

/**
 * The functions of libsecp256k1 that the engine uses, each working on {@link Scratch} and on two slots for points.
 * They take and give no JavaScript object, which costs more than some of the operations.
 */
export interface Secp256k1 {
  readonly scratch: Scratch
  /** Blinds the library's secret operations; results stay the same. */
  randomize: (seed: Uint8Array) => void
  /** Reads 33 bytes into a slot; false when they are no point. */
  parsePoint: (bytes: Uint8Array, slot: 0 | 1) => boolean
  /** The point of slot 0, 33 fresh bytes. */
  point: () => Uint8Array
  /** Slot 0 becomes scalar·G. */
  createPoint: () => boolean
  /** Slot 0 is multiplied by the scalar. */
  multiplyPoint: () => boolean
  /** Slot 0 gets scalar·G added; false for infinity. */
  addScalarToPoint: () => boolean
  /** Slot 0 becomes the sum of both slots; false for infinity. */
  combinePoints: () => boolean
  /** Signs the message by the scalar with the auxiliary bytes. */
  signSchnorr: () => boolean
  /** Verifies the signature of the message by the 32-byte key in `bytes`. */
  verifySchnorr: () => boolean
}

// Flags of the library: its older revisions want to know that a context signs and verifies.
const CONTEXT_SIGN_AND_VERIFY = 0x301
const COMPRESSED = 0x102

// Sizes of the library's opaque structures, fixed in its interface.
const POINT_SIZE = 64
const KEYPAIR_SIZE = 96
const POINTER_SIZE = 8

/** Binds the library's functions; throws when one is missing. */
export function bindSecp256k1 (koffi: typeof Koffi, library: Koffi.LibraryHandle): Secp256k1 {
  if (koffi.sizeof('void *') !== POINTER_SIZE) throw new RangeError('only 64-bit systems are supported')
  const bind = (name: string, ...parameters: string[]): Koffi.KoffiFunc<(...args: Array<bigint | number>) => number> =>
    library.func(`secp256k1_${name}`, 'int', parameters)
  const pointer = 'void *'

  const contextCreate = library.func('secp256k1_context_create', pointer, ['uint'])
  const contextRandomize = bind('context_randomize', pointer, pointer)
  const pubkeyParse = bind('ec_pubkey_parse', pointer, pointer, pointer, 'size_t')
  const pubkeySerialize = bind('ec_pubkey_serialize', pointer, pointer, pointer, pointer, 'uint')
  const pubkeyCreate = bind('ec_pubkey_create', pointer, pointer, pointer)
  const pubkeyTweakMul = bind('ec_pubkey_tweak_mul', pointer, pointer, pointer)
  const pubkeyTweakAdd = bind('ec_pubkey_tweak_add', pointer, pointer, pointer)
  const pubkeyCombine = bind('ec_pubkey_combine', pointer, pointer, pointer, 'size_t')
  const keypairCreate = bind('keypair_create', pointer, pointer, pointer)
  const schnorrsigSign = bind('schnorrsig_sign32', pointer, pointer, pointer, pointer, pointer)
  const xonlyParse = bind('xonly_pubkey_parse', pointer, pointer, pointer)
  const schnorrsigVerify = bind('schnorrsig_verify', pointer, pointer, pointer, 'size_t', pointer)

  // One block, allocated by the library's side so that the collector neither moves nor frees it.
  const allocate = (size: number): { readonly at: bigint, readonly view: Uint8Array } => {
    const at = koffi.alloc('uint8_t', size) as bigint
    return { at, view: new Uint8Array(koffi.view(at, size)) }
  }
  const slots = [allocate(POINT_SIZE), allocate(POINT_SIZE)] as const
  const sum = allocate(POINT_SIZE)
  const xonly = allocate(POINT_SIZE)
  const keypair = allocate(KEYPAIR_SIZE)
  const bytes = allocate(33)
  const scalar = allocate(32)
  const message = allocate(32)
  const aux = allocate(32)
  const signature = allocate(64)
  const length = allocate(POINTER_SIZE)
  const pointers = allocate(2 * POINTER_SIZE)
  koffi.encode(pointers.at, pointer, slots[0].at)
  koffi.encode(pointers.at, POINTER_SIZE, pointer, slots[1].at)
  const lengthView = new BigUint64Array(length.view.buffer, 0, 1)

  const context = contextCreate(CONTEXT_SIGN_AND_VERIFY) as bigint
  return {
    scratch: { bytes: bytes.view, scalar: scalar.view, message: message.view, aux: aux.view, signature: signature.view, keypair: keypair.view },
    randomize: (seed) => {
      scalar.view.set(seed)
      contextRandomize(context, scalar.at)
      scalar.view.fill(0)
    },
    parsePoint: (source, slot) => {
      bytes.view.set(source)
      return pubkeyParse(context, slots[slot].at, bytes.at, 33) === 1
    },
    point: () => {
      lengthView[0] = 33n
      pubkeySerialize(context, bytes.at, length.at, slots[0].at, COMPRESSED)
      return bytes.view.slice()
    },
    createPoint: () => pubkeyCreate(context, slots[0].at, scalar.at) === 1,
    multiplyPoint: () => pubkeyTweakMul(context, slots[0].at, scalar.at) === 1,
    addScalarToPoint: () => pubkeyTweakAdd(context, slots[0].at, scalar.at) === 1,
    combinePoints: () => {
      if (pubkeyCombine(context, sum.at, pointers.at, 2) !== 1) return false
      slots[0].view.set(sum.view)
      return true
    },
    signSchnorr: () => keypairCreate(context, keypair.at, scalar.at) === 1 &&
      schnorrsigSign(context, signature.at, message.at, keypair.at, aux.at) === 1,
    verifySchnorr: () => xonlyParse(context, xonly.at, bytes.at) === 1 &&
      schnorrsigVerify(context, signature.at, message.at, 32, xonly.at) === 1
  }
}
