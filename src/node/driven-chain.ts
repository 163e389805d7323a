import { toHex } from '../core/base/bytes.js'
import { unreachable } from '../core/base/invariant.js'
import type { BlockName, ChainEffect, ChainEvent } from '../core/node/events.js'
import type { ChainName } from '../core/wallet/chain-facts.js'
import type { BroadcastVerdict, Chain, ChainCapabilities, ChainEvents, ChainStatus, ChainTip, ConfirmedTransaction, Watch } from '../ports/chain.js'
import { outpointKey } from '../ports/chain-watches.js'
import type { Clock } from '../ports/clock.js'
import type { Logger } from '../ports/logger.js'
import { createQuestions, type Questions } from './chain-questions.js'

/** Questions to one chain at once: about the past, which a backend answers together by reading blocks once; about now; and transactions on their way out. */
export const HISTORIES_AT_ONCE = 256
export const QUESTIONS_AT_ONCE = 16
export const BROADCASTS_AT_ONCE = 16
/** Questions of one kind that wait for their turn; what is beyond counts as unanswered. */
export const QUESTIONS_WAITING_MAX = 4_096
/** Questions that a backend could not answer, and that it is asked again at the next block. */
export const ASKED_AGAIN_MAX = 4_096
/** A question without an answer for so long counts as unanswered. Reading 20,000 blocks takes minutes. */
export const ANSWER_MS_MAX = 600_000
/** A chain whose blocks came out of order is begun anew after this pause. */
export const BEGIN_ANEW_MS = 1_000

/** A chain that was opened; `chain` is undefined when it could not be, and `status` says why. */
export interface OpenedChain {
  readonly name: ChainName
  readonly chain: Chain | undefined
  readonly status: ChainStatus
}

/** One chain between its port and the core. */
export interface DrivenChain {
  start: (post: (event: ChainEvent) => void, resume: () => readonly BlockName[]) => void
  /** The core steps this event next; gives the height that it sees with it. */
  stepping: (event: ChainEvent) => number | undefined
  perform: (effect: ChainEffect) => void
  stop: () => Promise<void>
}

/** What channels the mempool behind a backend can enforce, the best first. */
export function formatsOf (capabilities: ChainCapabilities | undefined): ReadonlyArray<'v3-zero-fee' | 'v2-fee'> {
  if (capabilities === undefined) return []
  const { truc, packages, ephemeralAnchors } = capabilities
  return truc && packages && ephemeralAnchors ? ['v3-zero-fee', 'v2-fee'] : ['v2-fee']
}

export function driveChain ({ name, chain, status }: OpenedChain, clock: Clock, logger: Logger): DrivenChain {
  const bounds = { clock, waitingMax: QUESTIONS_WAITING_MAX, answerMs: ANSWER_MS_MAX }
  const histories = createQuestions({ ...bounds, atOnce: HISTORIES_AT_ONCE, againMax: ASKED_AGAIN_MAX })
  const questions = createQuestions({ ...bounds, atOnce: QUESTIONS_AT_ONCE, againMax: ASKED_AGAIN_MAX })
  // What is published is the core's to say, block by block: nothing is sent again that it may have given up.
  const broadcasts = createQuestions({ ...bounds, atOnce: BROADCASTS_AT_ONCE })
  const lanes: readonly Questions[] = [histories, questions, broadcasts]
  let post: (event: ChainEvent) => void = () => undefined
  let resume: () => readonly BlockName[] = () => []
  let running = false
  /** Height of the last block that was posted; undefined before the first. */
  let postedHeight: number | undefined
  /** Events that were posted, and how many of them were stepped. */
  let [posted, stepped] = [0, 0]
  /** As the core knows it. */
  let steppedHeight: number | undefined
  let isBelieved = true
  /** Heights of blocks that are named by no block event: of the tip at the start. */
  const tipOfStatus = new WeakMap<ChainEvent, number>()
  let life = 0
  let cancelAnew: () => void = () => undefined

  const tell = (event: ChainEvent): void => {
    if (!running) return
    posted++
    post(event)
  }

  /** The port does not connect the tip at which its events begin. */
  const tellStart = (): void => {
    const tip = chain?.tip()
    if (postedHeight !== undefined || tip === undefined) return
    postedHeight = tip.height
    const isKnown = resume().some(({ hash }) => hash === tip.hash)
    if (!isKnown) tell({ type: 'blockConnected', chain: name, tip: { height: tip.height, hash: tip.hash }, transactions: [] })
  }
  const tellStatus = ({ state, detail }: ChainStatus): void => {
    if (state === 'ok') logger.info('the chain is followed', { chain: name, height: chain?.tip()?.height })
    else logger.warn('the chain is not well', { chain: name, state, detail })
    const event: ChainEvent = { type: 'chainStatus', chain: name, state, formats: formatsOf(chain?.capabilities()) }
    if (postedHeight !== undefined) tipOfStatus.set(event, postedHeight)
    tell(event)
    if (state === 'ok') for (const lane of lanes) lane.again()
  }

  const eventsOf = (port: Chain): ChainEvents => {
    const mine = life
    const heard = <A extends readonly unknown[]>(hear: (...given: A) => void) => (...given: A): void => { if (running && life === mine) hear(...given) }
    const inOrder = (height: number, wanted: number): boolean => {
      if (height === wanted) return true
      beginAnew(port, `a block of height ${height} came where ${wanted} was due`)
      return false
    }
    return {
      status: heard((now: ChainStatus) => {
        if (now.state !== 'unreachable' && now.state !== 'wrong-chain') tellStart()
        tellStatus(now)
      }),
      blockConnected: heard((tip: ChainTip, transactions: readonly ConfirmedTransaction[]) => {
        if (!inOrder(tip.height, (postedHeight ?? tip.height - 1) + 1)) return
        logger.debug('block', { chain: name, height: tip.height, hash: tip.hash })
        postedHeight = tip.height
        tell({ type: 'blockConnected', chain: name, tip: { height: tip.height, hash: tip.hash }, transactions: transactions.map(({ txid, raw }) => ({ txid, raw })) })
        for (const lane of lanes) lane.again()
      }),
      blockDisconnected: heard((block: BlockName) => {
        if (!inOrder(block.height, postedHeight ?? block.height)) return
        logger.warn('a block has left the chain', { chain: name, height: block.height, hash: block.hash })
        postedHeight = block.height - 1
        tell({ type: 'blockDisconnected', chain: name, block: { height: block.height, hash: block.hash } })
      }),
      transactionSeen: heard(({ txid, raw }: { readonly txid: string, readonly raw: Uint8Array }) => {
        tellStart()
        tell({ type: 'transactionSeen', chain: name, transaction: { txid, raw } })
      })
    }
  }

  const begin = (port: Chain): void => {
    const blocks = resume()
    postedHeight = blocks[0]?.height
    port.start(eventsOf(port), blocks).catch((error: unknown) => { beginAnew(port, String(error)) })
  }
  /** A backend that contradicts itself is met once more from what the core has applied. */
  const beginAnew = (port: Chain, reason: string): void => {
    life++
    logger.error('the chain is begun anew', { chain: name, reason })
    tellStatus({ state: 'unreachable', detail: reason })
    const stopped = port.stop()
    // A stopped port answers nothing any more.
    for (const lane of lanes) lane.lost()
    const later = (): void => {
      cancelAnew = clock.at(clock.now() + BEGIN_ANEW_MS, () => {
        // What was told before must have arrived: the core says then where it stands.
        if (stepped < posted) return later()
        void stopped.then(() => { if (running) begin(port) })
      })
    }
    later()
  }

  /** A fault of a port is an answer that nobody knows. */
  const asking = (lane: Questions, key: string, ask: (port: Chain, done: (known: boolean) => void) => void, unknown: () => void): void => {
    if (chain === undefined) return unknown()
    lane.put({
      key,
      unknown,
      ask: (done) => {
        try {
          ask(chain, done)
        } catch (error) {
          logger.error('a question to the chain failed', { chain: name, question: key, error: String(error) })
          done(false)
        }
      }
    })
  }

  return {
    start (to, from) {
      [post, resume, running] = [to, from, true]
      if (chain === undefined) return tellStatus(status)
      begin(chain)
      for (const lane of lanes) lane.begin()
    },
    stepping (event) {
      stepped++
      if (event.type === 'blockConnected') steppedHeight = event.tip.height
      else if (event.type === 'blockDisconnected') steppedHeight = event.block.height - 1
      else if (event.type === 'chainStatus') {
        // What another chain says of heights would end locks at a wrong time.
        isBelieved = event.state !== 'wrong-chain'
        if (event.state !== 'unreachable') steppedHeight ??= tipOfStatus.get(event)
      }
      return isBelieved ? steppedHeight : undefined
    },
    perform (effect) {
      switch (effect.type) {
        case 'watchChain': chain?.watch(effect.watch); break
        case 'unwatchChain': chain?.unwatch(effect.watch); break
        case 'askHistory': {
          const { of, fromHeight } = effect
          asking(histories, `${watchKey(of)} ${fromHeight}`, (port, done) => {
            port.history(of, fromHeight, (history) => {
              if (history !== undefined) tell({ type: 'chainHistory', chain: name, of, history })
              done(history !== undefined)
            })
          }, () => { tell({ type: 'chainHistory', chain: name, of, history: undefined }) })
          break
        }
        case 'askOutput': {
          const { outpoint } = effect
          asking(questions, outpointKey(outpoint), (port, done) => {
            port.unspent(outpoint, (found) => {
              if (found !== undefined) tell({ type: 'outputFound', chain: name, outpoint, found })
              done(found !== undefined)
            })
          }, () => { tell({ type: 'outputFound', chain: name, outpoint, found: undefined }) })
          break
        }
        case 'askFeeRate': {
          const { targetBlocks } = effect
          asking(questions, `fee ${targetBlocks}`, (port, done) => {
            port.feeRate(targetBlocks, ({ satPerKvb }) => {
              tell({ type: 'feeRate', chain: name, targetBlocks, satPerKvb })
              done(true)
            })
          }, () => undefined)
          break
        }
        case 'broadcast': {
          const { txids, raws } = effect
          const judged = (verdicts: readonly BroadcastVerdict[]): void => { tell({ type: 'broadcastVerdict', chain: name, txids, verdicts }) }
          asking(broadcasts, txids.join(), (port, done) => {
            publish(port, raws, (verdicts) => {
              judged(verdicts)
              done(true)
            })
          }, () => { judged(txids.map(() => ({ status: 'unavailable', text: 'the chain gave no answer' }))) })
          break
        }
        default: unreachable(effect)
      }
    },
    async stop () {
      running = false
      life++
      cancelAnew()
      for (const lane of lanes) lane.end()
      await chain?.stop()
    }
  }
}

/** A parent and the child that pays for it go together where the backend takes packages, else one after the other. */
function publish (port: Chain, raws: readonly Uint8Array[], done: (verdicts: readonly BroadcastVerdict[]) => void): void {
  if (raws.length > 1 && port.capabilities()?.packages === true) return port.submitPackage(raws, done)
  const verdicts: BroadcastVerdict[] = []
  const next = (): void => {
    const raw = raws[verdicts.length]
    if (raw === undefined) return done(verdicts)
    port.broadcast(raw, (verdict) => {
      verdicts.push(verdict)
      next()
    })
  }
  next()
}

const watchKey = (watch: Watch): string => watch.type === 'outpoint' ? outpointKey(watch.outpoint) : toHex(watch.script)
