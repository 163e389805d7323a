import assert from 'node:assert/strict'
import { embeddedChain, type ChainControl } from '../../src/adapters/chain-embedded/embedded-chain.js'
import { faucetScript } from '../../src/adapters/chain-embedded/faucet.js'
import { virtualClock, type VirtualClock } from '../../src/adapters/memory/clock.js'
import type { BlockName, ChainEvent, NodeEvent } from '../../src/core/node/events.js'
import { createChainDriver, type ChainDriver } from '../../src/node/chain-driver.js'
import { ANSWER_MS_MAX, BEGIN_ANEW_MS, formatsOf, QUESTIONS_AT_ONCE } from '../../src/node/driven-chain.js'
import { chainParameters } from '../../src/ports/chain-parameters.js'
import type { Chain, ChainEvents, ChainStatus, ChainTip } from '../../src/ports/chain.js'
import type { Logger } from '../../src/ports/logger.js'
import { keyLock } from '../compliance/chain-wallet.js'

const silent: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, child: () => silent }
const SCRIPT = keyLock(7).script
const watch = { type: 'script', script: SCRIPT } as const

/** An event in a few words. */
function wordsOf (event: NodeEvent): string {
  switch (event.type) {
    case 'chainStatus': return `${event.state} ${event.formats.join()}`.trim()
    case 'blockConnected': return `+${event.tip.height} ${event.transactions.length}`
    case 'blockDisconnected': return `-${event.block.height}`
    case 'outputFound': return `output ${typeof event.found === 'object' ? String(event.found.valueSat) : String(event.found)}`
    case 'chainHistory': return `history ${event.history === undefined ? 'unknown' : `${event.history.confirmed.length}+${event.history.unconfirmed.length}`}`
    case 'broadcastVerdict': return `verdict ${event.verdicts.map(({ status }) => status).join()}`
    case 'feeRate': return `fee ${event.satPerKvb}`
    default: return event.type
  }
}

interface Core {
  readonly driver: ChainDriver
  /** What was stepped, each with the height that the core sees with it. */
  readonly told: Array<readonly [words: string, height: number | undefined]>
  readonly words: () => string[]
  /** Steps what was posted, as the runner does. */
  readonly step: () => void
  readonly start: () => void
}

/** A core that applies blocks and says where it stands, on a runner that steps when the test says so. */
function coreOn (chain: Chain | undefined, clock: VirtualClock, applied: BlockName[] = [], status: ChainStatus = { state: 'unreachable', detail: 'it is gone' }): Core {
  const driver = createChainDriver({ chains: () => [{ name: 'bitcoin', chain, status }], clock, logger: silent })
  const waiting: NodeEvent[] = []
  const told: Array<readonly [string, number | undefined]> = []
  const step = (): void => {
    clock.settle()
    for (const event of waiting.splice(0)) {
      driver.stepping(event)
      if (event.type === 'blockConnected') applied.unshift({ height: event.tip.height, hash: event.tip.hash })
      else if (event.type === 'blockDisconnected') applied.shift()
      told.push([wordsOf(event), driver.heights().bitcoin])
    }
  }
  return { driver, told, words: () => told.map(([words]) => words), step, start: () => { driver.start((event) => { waiting.push(event) }, () => applied) } }
}

describe('chain driver, on an embedded chain', () => {
  let clock: VirtualClock
  let chain: Chain & ChainControl
  beforeEach(() => {
    clock = virtualClock()
    chain = embeddedChain({ clock })
    chain.mine(3)
  })

  it('a core that knows nothing is told the tip at the start, then every block with what is watched in it', () => {
    const core = coreOn(chain, clock)
    core.driver.perform({ type: 'watchChain', chain: 'bitcoin', watch })
    core.start()
    core.step()
    chain.mine(1, SCRIPT)
    core.step()
    assert.deepEqual(core.told, [['+3 0', 3], ['ok v3-zero-fee,v2-fee', 3], ['+4 1', 4]])
  })

  it('heights follow what was stepped, not what was mined', () => {
    const core = coreOn(chain, clock)
    core.start()
    core.step()
    chain.mine(5)
    clock.settle()
    assert.deepEqual(core.driver.heights(), { bitcoin: 3 })
    core.step()
    assert.deepEqual(core.told.slice(2).map(([, height]) => height), [4, 5, 6, 7, 8])
  })

  it('a core that was away is told what it missed, a reorganisation too, and its tip is not told twice', async () => {
    const applied: BlockName[] = []
    const first = coreOn(chain, clock, applied)
    first.start()
    first.step()
    await first.driver.stop()
    const same = coreOn(chain, clock, applied)
    same.start()
    same.step()
    assert.deepEqual(same.told, [['ok v3-zero-fee,v2-fee', 3]])
    await same.driver.stop()
    chain.reorg(1)
    const again = coreOn(chain, clock, applied)
    again.start()
    again.step()
    assert.deepEqual(again.told.map(([words, height]) => `${words} @${String(height)}`), ['ok v3-zero-fee,v2-fee @3', '-3 @2', '+3 0 @3', '+4 0 @4'])
  })

  it('answers what it is asked: history, outputs, fee rates; and publishes, parents and children in one package', () => {
    const core = coreOn(chain, clock)
    const funded = chain.fund(SCRIPT, 5_000n)
    chain.mine(1)
    core.driver.perform({ type: 'askHistory', chain: 'bitcoin', of: watch, fromHeight: 0 })
    core.start()
    core.driver.perform({ type: 'askOutput', chain: 'bitcoin', outpoint: funded })
    core.driver.perform({ type: 'askOutput', chain: 'bitcoin', outpoint: { ...funded, vout: 99 } })
    core.driver.perform({ type: 'askFeeRate', chain: 'bitcoin', targetBlocks: 6 })
    core.driver.perform({ type: 'broadcast', chain: 'bitcoin', txids: ['aa'], raws: [Uint8Array.of(1)] })
    core.driver.perform({ type: 'broadcast', chain: 'bitcoin', txids: ['aa', 'bb'], raws: [Uint8Array.of(1), Uint8Array.of(2)] })
    core.step()
    assert.deepEqual(new Set(core.words().slice(2)), new Set(['history 1+0', 'output 5000', 'output none', 'fee 2000', 'verdict rejected', 'verdict rejected,rejected']))
  })

  it('what is watched no longer is not told', () => {
    const core = coreOn(chain, clock)
    core.driver.perform({ type: 'watchChain', chain: 'bitcoin', watch })
    core.start()
    core.step()
    chain.fund(SCRIPT, 5_000n)
    core.step()
    assert.ok(core.words().includes('transactionSeen'))
    core.driver.perform({ type: 'unwatchChain', chain: 'bitcoin', watch })
    chain.mine(1)
    core.step()
    assert.match(core.words().at(-1)!, /^\+\d+ 0$/)
  })

  it('a backend that is down is a state, its height stays what was applied; another chain in its place has no height', () => {
    const core = coreOn(chain, clock)
    core.start()
    core.step()
    chain.setStatus({ state: 'unreachable', detail: 'off' })
    core.step()
    chain.setStatus({ state: 'wrong-chain', detail: 'another' })
    core.step()
    chain.setStatus({ state: 'ok', detail: '' })
    core.step()
    assert.deepEqual(core.told.slice(2).map(([words, height]) => [words.split(' ')[0], height]), [['unreachable', 3], ['wrong-chain', undefined], ['ok', 3]])
  })

  it('what a backend could not say is asked again when it is back, and what is published is not', () => {
    const core = coreOn(chain, clock)
    core.start()
    core.step()
    chain.setStatus({ state: 'unreachable', detail: 'off' })
    core.driver.perform({ type: 'askHistory', chain: 'bitcoin', of: { type: 'script', script: faucetScript() }, fromHeight: 0 })
    core.driver.perform({ type: 'broadcast', chain: 'bitcoin', txids: ['aa'], raws: [Uint8Array.of(1)] })
    core.step()
    assert.deepEqual(core.words().slice(3), ['history unknown', 'verdict unavailable'])
    chain.setStatus({ state: 'ok', detail: '' })
    core.step()
    core.step()
    assert.deepEqual(core.words().slice(5), ['ok v3-zero-fee,v2-fee', 'history 3+0'])
  })

  it('a chain that could not be opened is a state, and every question is answered with unknown', () => {
    const core = coreOn(undefined, clock)
    core.start()
    core.driver.perform({ type: 'askHistory', chain: 'bitcoin', of: watch, fromHeight: 0 })
    core.driver.perform({ type: 'broadcast', chain: 'bitcoin', txids: ['aa'], raws: [Uint8Array.of(1)] })
    core.driver.perform({ type: 'watchChain', chain: 'litecoin', watch })
    core.step()
    assert.deepEqual(core.told, [['unreachable', undefined], ['history unknown', undefined], ['verdict unavailable', undefined]])
  })

  it('nothing is told after the stop', async () => {
    const core = coreOn(chain, clock)
    core.start()
    core.step()
    await core.driver.stop()
    chain.mine(1)
    core.step()
    assert.equal(core.told.length, 2)
  })

  it('channels of the new format need all three of what a mempool may take', () => {
    const all = { truc: true, packages: true, ephemeralAnchors: true }
    assert.deepEqual([formatsOf(undefined), formatsOf(all)], [[], ['v3-zero-fee', 'v2-fee']])
    for (const lacking of ['truc', 'packages', 'ephemeralAnchors']) assert.deepEqual(formatsOf({ ...all, [lacking]: false }), ['v2-fee'])
  })
})

/** A port that does what the test says. */
interface BadChain extends Chain {
  readonly calls: string[]
  events: ChainEvents | undefined
  /** Called by every question. */
  asked: (what: string) => void
  readonly started: Array<readonly BlockName[]>
  at: ChainTip | undefined
}

const tipAt = (height: number, branch = 'a'): ChainTip => ({ height, hash: `${branch}${height}`.padStart(64, '0'), time: 0, medianTime: 0 })

function badChain (): BadChain {
  const chain: BadChain = {
    calls: [],
    events: undefined,
    asked: () => {},
    started: [],
    at: tipAt(5),
    parameters: chainParameters('bitcoin', 'regtest')!,
    start: async (events, resume = []) => { chain.events = events; chain.started.push(resume) },
    stop: async () => { chain.events = undefined },
    status: () => ({ state: 'ok', detail: '' }),
    tip: () => chain.at,
    capabilities: () => undefined,
    watch: () => {},
    unwatch: () => {},
    history: () => { chain.calls.push('history'); chain.asked('history') },
    unspent: () => { chain.calls.push('unspent'); chain.asked('unspent') },
    broadcast: () => { chain.calls.push('broadcast'); chain.asked('broadcast') },
    submitPackage: () => { chain.calls.push('package') },
    testAccept: () => {},
    feeRate: () => { chain.calls.push('feeRate'); chain.asked('feeRate') }
  }
  return chain
}

describe('chain driver, on a backend that misbehaves', () => {
  let clock: VirtualClock
  let chain: BadChain
  let core: Core
  let applied: BlockName[]
  beforeEach(() => {
    clock = virtualClock()
    chain = badChain()
    applied = []
    core = coreOn(chain, clock, applied)
    core.start()
  })
  const output = (vout: number): void => { core.driver.perform({ type: 'askOutput', chain: 'bitcoin', outpoint: { txid: '00'.repeat(32), vout } }) }

  it('one that never answers is asked so many things at once, and each is given up in its time', () => {
    for (let vout = 0; vout < 3 * QUESTIONS_AT_ONCE; vout++) output(vout)
    assert.equal(chain.calls.length, QUESTIONS_AT_ONCE)
    clock.advance(ANSWER_MS_MAX)
    core.step()
    assert.equal(chain.calls.length, 2 * QUESTIONS_AT_ONCE)
    assert.equal(core.words().filter((words) => words === 'output undefined').length, QUESTIONS_AT_ONCE)
  })

  it('one that never answers about the past does not keep anything from being published', () => {
    for (const fromHeight of [1, 2]) core.driver.perform({ type: 'askHistory', chain: 'bitcoin', of: watch, fromHeight })
    core.driver.perform({ type: 'broadcast', chain: 'bitcoin', txids: ['aa'], raws: [Uint8Array.of(1)] })
    assert.deepEqual(chain.calls, ['history', 'history', 'broadcast'])
  })

  it('one that throws gave no answer', () => {
    chain.asked = (what) => { throw new Error(`no ${what} today`) }
    output(1)
    core.driver.perform({ type: 'askFeeRate', chain: 'bitcoin', targetBlocks: 6 })
    core.driver.perform({ type: 'broadcast', chain: 'bitcoin', txids: ['aa'], raws: [Uint8Array.of(1)] })
    core.step()
    assert.deepEqual(core.words(), ['output undefined', 'verdict unavailable'])
  })

  it('one that takes no packages is given the parent first, then the child', () => {
    chain.broadcast = (raw, answer) => { chain.calls.push(`broadcast ${raw[0]!}`); answer({ status: 'accepted', txid: 'aa' }) }
    core.driver.perform({ type: 'broadcast', chain: 'bitcoin', txids: ['aa', 'bb'], raws: [Uint8Array.of(1), Uint8Array.of(2)] })
    core.step()
    assert.deepEqual([chain.calls, core.words()], [['broadcast 1', 'broadcast 2'], ['verdict accepted,accepted']])
  })

  it('one that leaves a block out is met again from what was applied, when all of it has arrived', async () => {
    chain.events!.status({ state: 'ok', detail: '' })
    chain.events!.blockConnected(tipAt(6), [])
    const lost = chain.events!
    lost.blockConnected(tipAt(8), [])
    lost.blockConnected(tipAt(9), [])
    clock.advance(BEGIN_ANEW_MS)
    assert.equal(chain.started.length, 1)
    core.step()
    clock.advance(BEGIN_ANEW_MS)
    await Promise.resolve()
    assert.deepEqual(chain.started[1]?.map(({ height }) => height), [6, 5])
    assert.deepEqual(core.words(), ['+5 0', 'ok', '+6 0', 'unreachable'])
    chain.at = tipAt(6)
    chain.events!.blockConnected(tipAt(7), [])
    core.step()
    assert.deepEqual(core.told.at(-1), ['+7 0', 7])
  })

  it('one that takes back another block than the last is met again too', async () => {
    chain.events!.status({ state: 'ok', detail: '' })
    core.step()
    chain.events!.blockDisconnected(tipAt(4), [])
    core.step()
    clock.advance(BEGIN_ANEW_MS)
    await Promise.resolve()
    assert.equal(chain.started.length, 2)
  })

  it('what was asked of one that is met again is asked again', async () => {
    output(1)
    chain.events!.blockConnected(tipAt(6), [])
    chain.events!.blockConnected(tipAt(9), [])
    core.step()
    clock.advance(BEGIN_ANEW_MS)
    await Promise.resolve()
    chain.events!.status({ state: 'ok', detail: '' })
    assert.deepEqual(chain.calls, ['unspent', 'unspent'])
  })

  it('an unconfirmed transaction before any block comes after the tip at the start', () => {
    chain.events!.transactionSeen({ txid: 'aa', raw: Uint8Array.of(1) })
    core.step()
    assert.deepEqual(core.told, [['+5 0', 5], ['transactionSeen', 5]])
  })

  it('heights of an old life do not count before its backend has answered', () => {
    const other = coreOn(badChain(), clock, [{ height: 5, hash: tipAt(5).hash }])
    other.start()
    other.driver.stepping({ type: 'chainStatus', chain: 'bitcoin', state: 'unreachable', formats: [] } satisfies ChainEvent)
    assert.deepEqual(other.driver.heights(), {})
  })
})
