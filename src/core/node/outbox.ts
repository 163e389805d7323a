import type { Effect } from './events.js'

/**
 * Store before reveal, as structure: effects that reveal something wait until the batch with everything that was
 * decided before them is durable. Batches are numbered from 1 in the order they become durable.
 *
 * - `setTimer`, `clearTimer`, `keep`, `release`, `drop`, `findMeetingPoint`, and what is watched on a chain and asked of
 *   it, reveal nothing and are performed at once.
 * - Everything else of a step that changed something waits for the step's batch.
 * - On the channel stream, for answers and notices, a step that changed nothing waits too, for the newest batch that
 *   is not durable yet: it may repeat what an earlier step decided.
 * - On the link stream a step that changed nothing reveals soft state only; it waits just behind what is held for
 *   the same peer and stream, so that the order stays.
 * - On the route stream that holds of every step, whatever it changed, but for a payee's MakeRoute. @see ROUTE-60
 */
export interface Outbox {
  /**
   * Takes one step's effects.
   *
   * @param batch - the batch the step's changes went to, or undefined when it changed nothing
   * @returns what may be performed now, in order
   */
  add: (effects: readonly Effect[], batch: number | undefined) => readonly Effect[]
  /** All batches up to this number are durable. @returns what may be performed now, in order */
  stored: (batch: number) => readonly Effect[]
  /** Effects that wait. */
  readonly held: number
}

interface Held { readonly effect: Effect, readonly batch: number, readonly lane: string | undefined }

export function createOutbox (): Outbox {
  let queue: Held[] = []
  let durable = 0
  let newest = 0
  /** Newest batch that something held for this lane waits for. */
  const lanes = new Map<string, number>()

  const waitsFor = (effect: Effect, lane: string | undefined, changed: boolean): number => {
    if (isPrivate(effect)) return 0
    if (lane === undefined || (changed && !isSoft(effect))) return newest
    return lanes.get(lane) ?? 0
  }
  return {
    get held () { return queue.length },
    add (effects, batch) {
      if (batch !== undefined) newest = Math.max(newest, batch)
      const now: Effect[] = []
      for (const effect of effects) {
        const lane = softLane(effect)
        const wait = waitsFor(effect, lane, batch !== undefined)
        if (wait <= durable) { now.push(effect); continue }
        queue.push({ effect, batch: wait, lane })
        if (lane !== undefined) lanes.set(lane, wait)
      }
      return now
    },
    stored (batch) {
      durable = Math.max(durable, batch)
      const now: Effect[] = []
      const rest: Held[] = []
      for (const held of queue) {
        if (held.batch <= durable) now.push(held.effect)
        else rest.push(held)
      }
      queue = rest
      for (const [lane, wait] of lanes) if (wait <= durable) lanes.delete(lane)
      return now
    }
  }
}

/** Whether nobody outside sees the effect. */
function isPrivate (effect: Effect): boolean {
  switch (effect.type) {
    case 'setTimer': case 'clearTimer': case 'keep': case 'release': case 'drop': case 'findMeetingPoint': case 'watchChain': case 'unwatchChain': case 'askHistory': case 'askOutput': case 'askFeeRate': return true
    case 'send': case 'announce': case 'answer': case 'notify': case 'broadcast': return false
  }
}

/** Whether what a message reveals dies with the process, so that a crash before the batch takes back what was said. */
function isSoft (effect: Effect): boolean {
  return effect.type === 'send' && effect.stream === 'route' && !(effect.message.type === 'makeRoute' && effect.message.side === 'payee') // ROUTE-60
}

function softLane (effect: Effect): string | undefined {
  return effect.type === 'send' && effect.stream !== 'channel' ? `${effect.stream} ${effect.peer}` : undefined
}
