import assert from 'node:assert/strict'
import { bech32m } from '@scure/base'
import { toHex } from '../../src/core/base/bytes.js'
import { isRefusal } from '../../src/core/base/step.js'
import { LayoutError } from '../../src/core/base/struct.js'
import { signSchnorr } from '../../src/core/crypto/schnorr.js'
import { mulG } from '../../src/core/crypto/curve.js'
import { invoiceStruct, parseInvoice, signedText, TIMES_VERSION, timesStruct, writeInvoice } from '../../src/core/payment/invoice.js'
import { parseConfig } from '../../src/node/config.js'
import { allMethods, methodNamed } from '../../src/api/methods/methods.js'
import { rpcDesk } from '../../src/api/server/rpc.js'
import { formatInvitation, parseInvitation } from '../../src/cli/process/network/join-string.js'
import { parseTopology } from '../../src/cli/process/network/topology.js'
import type { Random } from '../../simulations/harness/random.js'
import { fakeNode } from '../api/fake-node.js'
import { badInvoices, CONTENT, GOOD, NETWORK } from '../protocols/invoice/vectors.js'
import { mutated, mutatedJson } from './mutate.js'
import { checkOf, unlessThrown, type FuzzTarget, type Verdict } from './target.js'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const utf8 = (written: string): Uint8Array => new TextEncoder().encode(written)

const SIGNING = new Uint8Array(32).fill(3)
const AUX = new Uint8Array(32)

/** The bytes in a bech32m text; undefined when it is none. */
function bytesIn (written: string, charactersMax: number | false): { readonly prefix: string, readonly bytes: Uint8Array } | undefined {
  try {
    const { prefix, words } = bech32m.decode(written as `${string}1${string}`, charactersMax)
    return { prefix, bytes: bech32m.fromWords(words) }
  } catch {
    return undefined // Mutated text is mostly none.
  }
}

/** A mutation behind the checksum, which is made anew, and sometimes behind the signature too. */
function mutatedInvoice (input: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const decoded = bytesIn(text(input), 4_096)
  if (decoded === undefined || random.chance(0.3)) return mutated(input, random, others)
  const changed = mutated(decoded.bytes, random, innerOf(others))
  const bytes = random.chance(0.3) ? signedAgain(changed) ?? changed : changed
  if (bytes.length > 4_000) return mutated(input, random, others)
  return utf8(bech32m.encode(decoded.prefix, bech32m.toWords(bytes), false))
}

const KEY = mulG(SIGNING).subarray(1)
const [KEY_BYTES, SIGNATURE_BYTES] = [32, 64]
/** Behind the network's id. */
const VERSION_AT = 8

/** Altered content with our key and a signature that fits it, when it is content at all. */
function signedAgain (bytes: Uint8Array): Uint8Array | undefined {
  const content = new Uint8Array(Buffer.concat([bytes.subarray(0, Math.max(0, bytes.length - SIGNATURE_BYTES - KEY_BYTES)), KEY]))
  try {
    const digest = content[VERSION_AT] === TIMES_VERSION ? timesStruct.hash(timesStruct.decode(content)) : invoiceStruct.hash(invoiceStruct.decode(content))
    return new Uint8Array(Buffer.concat([content, signSchnorr(digest, SIGNING, AUX)]))
  } catch (error) {
    if (error instanceof LayoutError) return undefined
    throw error
  }
}

/** The bytes behind the checksums of a corpus, worked out once. */
function innerOf (corpus: readonly Uint8Array[]): readonly Uint8Array[] {
  let inner = innerCache.get(corpus)
  if (inner === undefined) innerCache.set(corpus, inner = corpus.flatMap((one) => bytesIn(text(one), 4_096)?.bytes ?? []))
  return inner
}
const innerCache = new WeakMap<readonly Uint8Array[], readonly Uint8Array[]>()

function checkInvoice (input: Uint8Array): Verdict {
  const written = text(input)
  const invoice = parseInvoice(written, NETWORK)
  if (isRefusal(invoice)) {
    assert.ok(invoice.refused === 'bad-invoice' || invoice.refused === 'wrong-network', invoice.refused)
    return 'refused'
  }
  const { id, ...content } = invoice
  // The text is canonical but for its case and the scheme: it is written again as it was read.
  const plain = written.trim().replace(/^amiko:/i, '').toLowerCase()
  const { bytes } = bytesIn(plain, 4_096)!
  const { times } = content
  const [encoded, digest] = times === undefined ? [invoiceStruct.encode(content), invoiceStruct.hash(content)] : [timesStruct.encode({ ...content, times }), timesStruct.hash({ ...content, times })]
  assert.equal(signedText('amkr', encoded, bytes.subarray(bytes.length - 64)), plain)
  assert.equal(id, toHex(digest))
  assert.ok(content.amount > 0n && content.expiresMs > content.createdMs && content.meetingPoints.length > 0)
  return 'value'
}

const CALLER = { scope: 'admin', signal: new AbortController().signal } as const
const desk = rpcDesk({ node: fakeNode(), methodNamed, stopping: new AbortController().signal, context: { usage: () => ({ pid: 1, cpuMs: 2 }), requestStop: () => undefined } })

async function checkRpc (input: Uint8Array): Promise<Verdict> {
  const answer = await desk.answer(text(input), CALLER)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined, 'a prototype was reached')
  assert.equal(desk.running(), 0)
  if (answer === undefined) return 'value'
  const spoken = JSON.parse(answer) as unknown
  let verdict: Verdict = 'value'
  for (const each of (Array.isArray(spoken) ? spoken : [spoken]) as Array<{ jsonrpc: string, error?: { code: number, message: string, data: { name: string } } }>) {
    assert.equal(each.jsonrpc, '2.0')
    if (each.error === undefined) continue
    verdict = 'refused'
    assert.notEqual(each.error.data.name, 'internal', `${text(input)} met a fault of ours: ${each.error.message}`)
    assert.ok(each.error.message.length <= 2_000, 'a bounded answer')
  }
  return verdict
}

const rpcSeeds = (): readonly Uint8Array[] => {
  const calls = allMethods().filter(({ name }) => name !== 'node.stop').map(({ name, example }, id) => ({ jsonrpc: '2.0', id, method: name, params: example.params }))
  return [...calls, calls.slice(0, 3), { jsonrpc: '2.0', method: 'node.status' }].map((call) => utf8(JSON.stringify(call)))
}

const TOPOLOGIES = ['node_a,node_b,capacity_ab,capacity_ba\nalice,bob,1000,1000\nbob,carol,5,0\n', '# a line\na,b,1,1\r\nb,c,2,2\n\na,c,2100000000000000,3\n']
const CONFIG = {
  version: 1, network: 'village', kind: 'regtest', networkKey: 'ab'.repeat(32), listen: ['/ip4/127.0.0.1/tcp/0'], api: '127.0.0.1:0', chains: [], bootstrap: [`/ip4/1.2.3.4/tcp/1/p2p/16Uiu2`], pacing: 'private', payment: { attemptsMax: 4 }
}
const INVITATIONS = [
  { network: 'village', kind: 'regtest', networkKey: 'ab'.repeat(32), bootstrap: ['/ip4/1.2.3.4/tcp/1'] },
  { network: 'open', kind: 'testnet', networkKey: undefined, bootstrap: [] }
] as const

/** Decoders of text that people, their files or their programs write. @param kept - inputs that guided runs found */
export const TEXT_TARGETS = (kept: (name: string) => readonly Uint8Array[]): readonly FuzzTarget[] => [
  {
    name: 'invoice',
    seeds: () => [
      ...GOOD.map((good) => utf8(good.text)), ...badInvoices().map((bad) => utf8(bad.text)), utf8(writeInvoice(NETWORK, CONTENT, SIGNING, AUX).text),
      utf8(writeInvoice(NETWORK, { ...CONTENT, description: '' }, SIGNING, AUX).text), ...kept('invoice')
    ],
    check: checkInvoice,
    mutate: mutatedInvoice,
    oneOf: 4
  },
  {
    name: 'join-string',
    seeds: () => [...INVITATIONS.map((one) => utf8(formatInvitation(one))), ...kept('join-string')],
    check: checkOf({
      decode: (bytes) => unlessThrown(['bad-request'], () => parseInvitation(text(bytes))),
      encode: (value) => utf8(formatInvitation(value)),
      canonical: false
    }),
    mutate (input, random, others) {
      const decoded = bytesIn(text(input), false)
      if (decoded === undefined || random.chance(0.2)) return mutated(input, random, others)
      const bytes = mutated(decoded.bytes, random, innerOf(others))
      return utf8(bech32m.encode(decoded.prefix, bech32m.toWords(bytes), false))
    }
  },
  {
    name: 'topology',
    seeds: () => [...TOPOLOGIES.map(utf8), ...kept('topology')],
    check: checkOf({
      decode: (bytes) => unlessThrown(['bad-topology', 'too-large'], () => parseTopology(text(bytes), 'fuzz.csv')),
      encode: ({ links }) => utf8(links.map(({ a, b, capacityAb, capacityBa }) => `${a},${b},${capacityAb},${capacityBa}`).join('\n')),
      canonical: false
    })
  },
  {
    name: 'config',
    seeds: () => [utf8(JSON.stringify(CONFIG)), utf8(JSON.stringify({ ...CONFIG, networkKey: undefined, payment: undefined }, undefined, 2)), ...kept('config')],
    check: checkOf({
      decode: (bytes) => unlessThrown(['bad-request'], () => parseConfig(text(bytes), 'config.json')),
      encode: (value) => utf8(JSON.stringify(value)),
      canonical: false
    }),
    mutate: mutatedJson,
    oneOf: 2
  },
  { name: 'rpc', seeds: () => [...rpcSeeds(), ...kept('rpc')], check: checkRpc, mutate: mutatedJson, oneOf: 20 }
]
