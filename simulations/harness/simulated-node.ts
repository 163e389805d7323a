import type { PeerId } from '../../src/core/base/ids.js'
import type { NodeCore, NodeCoreOptions, NodeView } from '../../src/core/node/core.js'
import type { Notice } from '../../src/core/node/events.js'
import type { Request } from '../../src/core/node/requests.js'
import { createChainDriver } from '../../src/node/chain-driver.js'
import { createRunner, type Runner } from '../../src/node/runner.js'
import type { Chain } from '../../src/ports/chain.js'
import type { Logger } from '../../src/ports/logger.js'
import type { StoreWrite } from '../../src/ports/store.js'
import type { Random } from './random.js'
import type { Trace } from './trace.js'
import { shortHash } from './trace.js'
import type { ProcessLife } from './virtual-chain.js'
import { virtualClock, type EventQueue } from './virtual-clock.js'
import { virtualMesh } from './virtual-mesh.js'
import type { VirtualNetwork } from './virtual-network.js'
import { crashDisk, createDisk, virtualStore, type Disk, type WriteFate } from './virtual-store.js'

/** A request made in a world, and what came of it. */
export interface Asked {
  readonly node: SimulatedNode
  readonly request: Request
  /** Exactly one, or none while it is open. Two are a violation. */
  readonly answers: unknown[]
  /** The process crashed before it answered: no answer will come. */
  lost: boolean
}

/** One node of a world: its disk outlives its processes. */
export interface SimulatedNode {
  readonly index: number
  readonly name: string
  readonly peer: PeerId
  /** For checkers: nobody else may ever see it. */
  readonly identitySecret: Uint8Array
  readonly disk: Disk
  readonly isUp: boolean
  /** How many processes it has had. */
  readonly processes: number
  /** What the running process knows; throws when there is none. */
  readonly view: NodeView
  readonly asked: readonly Asked[]
  start: () => Promise<void>
  stop: () => Promise<void>
  /** The process is gone from one moment to the next; the disk keeps what was durable, and perhaps a little more. */
  crash: () => void
  /** Crashes in the middle of what it does: after so many more acts that others can see. */
  crashAfter: (acts: number, onCrash: () => void) => void
  /** Crashes while it writes a batch, after so many others; `fate` and `part` say what is left of that one. */
  crashAtWrite: (write: number, fate: WriteFate, part: number, onCrash: () => void) => void
  /** Takes a crash back that has not happened yet. */
  disarm: () => void
  /** Sets how far the wall clock is ahead of the world's: a process reads it once, when it starts. */
  setClock: (skewMs: number) => void
  /** `onAnswer` is called at each answer, as an event of the world. */
  request: (request: Request, onAnswer?: (result: unknown) => void) => Asked
}

export interface SimulatedNodeOptions {
  readonly index: number
  readonly name: string
  readonly peer: PeerId
  readonly coreOptions: NodeCoreOptions
  readonly createCore: (options: NodeCoreOptions) => NodeCore
  readonly queue: EventQueue
  readonly network: VirtualNetwork
  readonly trace: Trace
  readonly random: Random
  readonly skewMs: number
  readonly writeMs: () => number
  /** The backend of the node's chain, for each of its processes; a node without chains has none. */
  readonly chainFor?: ((life: ProcessLife) => Chain) | undefined
  /** The node has handled something and may have changed: checkers look at it. */
  readonly onTouched: () => void
  readonly onNotice: (notice: Notice) => void
  readonly onTrouble: (what: string) => void
  /** A batch has become durable. */
  readonly onStored: (batch: readonly StoreWrite[]) => void
  /** A line of the log, of any level. */
  readonly onLog: (text: string) => void
}

/** One process: everything in it is lost by a crash. */
interface Process { readonly runner: Runner, readonly end: () => void, alive: boolean, actsLeft: number | undefined, onCrash: (() => void) | undefined }

export function createSimulatedNode (options: SimulatedNodeOptions): SimulatedNode {
  const { queue, network, trace, name, peer, random } = options
  const disk = createDisk()
  const entropyRandom = random.fork('entropy')
  const crashRandom = random.fork('crash')
  const asked: Asked[] = []
  let process: Process | undefined
  let processes = 0
  let skewMs = options.skewMs

  const note = (...fields: Parameters<Trace['line']> extends [number, string, ...infer R] ? R : never): void => { trace.line(queue.nowMs, name, ...fields) }

  /** Asked before each act that others can see; the process may die right here. */
  function mayAct (self: Process): boolean {
    if (!self.alive) return false
    if (self.actsLeft !== undefined && --self.actsLeft < 0) {
      self.alive = false
      queue.schedule(queue.nowMs, () => { if (process === self) bury(self) })
      return false
    }
    return true
  }

  /** What is left to do once a process is dead. */
  function bury (self: Process): void {
    self.alive = false
    process = undefined
    // A trap is of the process that it was laid for.
    disk.trap = undefined
    note('x')
    self.end()
    crashDisk(disk, crashRandom)
    for (const entry of asked) if (entry.answers.length === 0) entry.lost = true
    self.onCrash?.()
  }

  async function start (): Promise<void> {
    if (process !== undefined) return
    processes++
    note('+')
    const isAlive = (): boolean => self.alive
    const mesh = virtualMesh(network, peer, () => mayAct(self))
    const clock = watchedClock(virtualClock(queue, isAlive, skewMs), note, options.onTouched)
    const logger = simulationLogger(options.onTrouble, options.onLog)
    const chain = options.chainFor?.({ isAlive, mayAct: () => mayAct(self) })
    const runner = createRunner({
      core: options.createCore(options.coreOptions),
      mesh,
      store: virtualStore({
        disk,
        queue,
        writeMs: options.writeMs,
        isAlive: () => mayAct(self),
        onWrite: (batch) => { note('w', batch.length, shortHash(...batch.flatMap(({ key, value }) => [key, value ?? '']))) },
        onDurable: (batch) => {
          note('s', batch.length)
          options.onStored(batch)
        }
      }),
      clock,
      ...(chain === undefined ? {} : { chains: createChainDriver({ chains: () => [{ name: 'bitcoin', chain, status: chain.status() }], clock, logger }) }),
      entropy: () => entropyRandom.bytes(32),
      logger,
      onNotice: (notice) => {
        if (!self.alive) return
        note('n', notice.type)
        options.onNotice(notice)
      },
      onFreeze: (channelId) => {
        options.onTrouble(`channel ${channelId} was frozen`)
        return 'the trace'
      },
      onFatal: (error) => { note('#', `store failed: ${error.message}`) }
    })
    const self: Process = { runner, alive: true, actsLeft: undefined, onCrash: undefined, end: () => { void mesh.stop(); void chain?.stop() } }
    process = self
    await runner.start()
  }

  return {
    index: options.index,
    name,
    peer,
    identitySecret: options.coreOptions.identitySecret,
    disk,
    get isUp () { return process !== undefined },
    get processes () { return processes },
    get view () {
      if (process === undefined) throw new Error(`${name} is down`)
      return process.runner.view
    },
    asked,
    start,
    async stop () {
      const self = process
      if (self === undefined) return
      process = undefined
      await self.runner.stop()
      self.alive = false
    },
    crash () { if (process !== undefined) bury(process) },
    crashAfter (acts, onCrash) {
      if (process === undefined) return
      process.actsLeft = acts
      process.onCrash = onCrash
    },
    crashAtWrite (write, fate, part, onCrash) {
      const self = process
      if (self === undefined) return
      const onSprung = (): void => {
        self.alive = false
        self.onCrash = onCrash
        queue.schedule(queue.nowMs, () => { if (process === self) bury(self) })
      }
      disk.trap = { writesLeft: write, fate, part, onSprung }
    },
    disarm () {
      disk.trap = undefined
      if (process === undefined || !process.alive) return
      process.actsLeft = undefined
      process.onCrash = undefined
    },
    setClock (ahead) {
      note('#', `clock ${ahead}`)
      skewMs = ahead
    },
    request (request, onAnswer) {
      const entry: Asked = { node: this, request, answers: [], lost: process === undefined }
      asked.push(entry)
      const self = process
      if (self === undefined) return entry
      const number = asked.length
      note('q', number, request.type)
      self.runner.request(request, (result) => {
        if (!mayAct(self)) return
        note('a', number, shortHash(plainText(result)))
        entry.answers.push(result)
        if (onAnswer !== undefined) queue.schedule(queue.nowMs, () => { onAnswer(result) })
        options.onTouched()
      })
      return entry
    }
  }
}

/** A clock that traces its timers and tells when the node has been busy. */
function watchedClock (clock: ReturnType<typeof virtualClock>, note: (code: 't') => void, onTouched: () => void): ReturnType<typeof virtualClock> {
  return {
    now: clock.now,
    at: (atMs, callback) => clock.at(atMs, () => { note('t'); callback() }),
    soon: (callback) => { clock.soon(() => { callback(); onTouched() }) }
  }
}

/** An honest node that logs an error has found a bug of ours: nothing in a simulation may. */
function simulationLogger (onTrouble: (what: string) => void, onLog: (text: string) => void): Logger {
  const tell: Logger['info'] = (message, fields) => { onLog(`${message} ${plainText(fields ?? {})}`) }
  const logger: Logger = {
    error: (message, fields) => {
      tell(message, fields)
      onTrouble(`${message} ${plainText(fields ?? {})}`)
    },
    warn: tell,
    info: tell,
    debug: tell,
    child: () => logger
  }
  return logger
}

/** One line of text of any plain value: bigints as decimals, bytes as hexadecimal. */
export const plainText = (value: unknown): string => JSON.stringify(value, (_key, field: unknown) =>
  typeof field === 'bigint' ? field.toString() : field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field) ?? 'undefined'
