import { concatBytes } from '../../base/bytes.js'
import { sha256, taggedHash } from '../../base/hash.js'
import { invariant } from '../../base/invariant.js'
import { outpointBytes, outputBytes, u32le, u64le, compactSize, type Transaction, type TransactionOutput } from './transaction.js'

/** All inputs, all outputs; the signature has 64 bytes. */
export const SIGHASH_DEFAULT = 0x00
/** One input and the output of the same index: other inputs and outputs may be added. The signature has a 65th byte. */
export const SIGHASH_SINGLE_ANYONE_CAN_PAY = 0x83

const SINGLE = 3
const NONE = 2
const ANYONE_CAN_PAY = 0x80
const EPOCH = 0

/**
 * What a signature of a taproot input signs, 32 bytes.
 *
 * @param prevouts - the outputs that the inputs spend, in their order
 * @param leafHash - of the script by which the input is spent; left out for the key path
 * @see BIP 341, Common signature message; BIP 342
 */
export function signatureHash (tx: Transaction, index: number, prevouts: readonly TransactionOutput[], hashType: number, leafHash?: Uint8Array): Uint8Array {
  const input = tx.inputs[index]
  const spent = prevouts[index]
  invariant(input !== undefined && spent !== undefined && prevouts.length === tx.inputs.length, 'every input is signed over the output it spends')
  const base = hashType & 3
  const alone = (hashType & ANYONE_CAN_PAY) !== 0
  const parts: Uint8Array[] = [Uint8Array.of(EPOCH, hashType), u32le(tx.version), u32le(tx.lockTime)]
  if (!alone) {
    parts.push(
      sha256(concatBytes(...tx.inputs.map(outpointBytes))),
      sha256(concatBytes(...prevouts.map(({ valueSat }) => u64le(valueSat)))),
      sha256(concatBytes(...prevouts.map(scriptBytes))),
      sha256(concatBytes(...tx.inputs.map(({ sequence }) => u32le(sequence)))))
  }
  if (base !== NONE && base !== SINGLE) parts.push(sha256(concatBytes(...tx.outputs.map(outputBytes))))
  parts.push(Uint8Array.of(leafHash === undefined ? 0 : 2))
  if (alone) parts.push(outpointBytes(input), u64le(spent.valueSat), scriptBytes(spent), u32le(input.sequence))
  else parts.push(u32le(index))
  if (base === SINGLE) {
    const output = tx.outputs[index]
    invariant(output !== undefined, 'an input signed alone has an output of the same index')
    parts.push(sha256(outputBytes(output)))
  }
  if (leafHash !== undefined) parts.push(leafHash, KEY_VERSION_AND_NO_SEPARATOR)
  return taggedHash('TapSighash', ...parts)
}

const scriptBytes = ({ script }: TransactionOutput): Uint8Array => concatBytes(compactSize(script.length), script)
/** Key version 0, and no code separator executed. @see BIP 342 */
export const KEY_VERSION_AND_NO_SEPARATOR = Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff)
