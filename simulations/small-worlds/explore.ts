/** A space of states to be gone through in full. */
export interface Space<S> {
  readonly start: S
  /** Equal for states that behave alike, different for all others. */
  readonly keyOf: (state: S) => string
  /** All that can happen next. An action that changes nothing gives the same key, and is none. */
  readonly actions: (state: S) => Iterable<Action<S>>
  /** What is wrong with a state; `isLeaf` when nothing but a fault can happen any more. */
  readonly check: (state: S, isLeaf: boolean) => string | undefined
}

export interface Action<S> {
  readonly name: string
  /** A fault may happen, and need not. */
  readonly isFault: boolean
  readonly next: () => S
}

/** What was found in a space. */
export interface Explored {
  readonly states: number
  readonly transitions: number
  readonly leaves: number
  readonly depth: number
  /** The first thing that is wrong, and the actions that lead there. */
  readonly wrong: { readonly what: string, readonly path: readonly string[] } | undefined
  /** Every action of every state was tried: nothing was cut off by the bound. */
  readonly exhausted: boolean
}

/** One state on the way that is being followed. */
interface Frame<S> { readonly key: string, readonly name: string, readonly actions: Iterator<Action<S>>, readonly state: S, moves: number }

/**
 * Goes through all states that can be reached, depth first, each once. A way back to a state that is still being
 * followed is wrong too: then the world need never come to rest. So when nothing is wrong, every way ends in a leaf.
 */
export function explore<S> (space: Space<S>, statesMax: number): Explored {
  const done = new Set<string>()
  const onWay = new Set<string>()
  const way: Array<Frame<S>> = []
  let [transitions, leaves, depth] = [0, 0, 0]
  const found = (what: string | undefined, exhausted: boolean, last?: string): Explored => ({
    states: done.size + onWay.size,
    transitions,
    leaves,
    depth,
    wrong: what === undefined ? undefined : { what, path: [...way.slice(1).map(({ name }) => name), ...last === undefined ? [] : [last]] },
    exhausted
  })
  const enter = (state: S, key: string, name: string): string | undefined => {
    onWay.add(key)
    way.push({ key, name, state, actions: space.actions(state)[Symbol.iterator](), moves: 0 })
    depth = Math.max(depth, way.length)
    return space.check(state, false)
  }
  const wrongAtStart = enter(space.start, space.keyOf(space.start), 'start')
  if (wrongAtStart !== undefined) return found(wrongAtStart, false)
  for (;;) {
    const frame = way.at(-1)
    if (frame === undefined) return found(undefined, true)
    const turn = frame.actions.next()
    if (turn.done === true) {
      if (frame.moves === 0) {
        leaves++
        const wrong = space.check(frame.state, true)
        if (wrong !== undefined) return found(wrong, false)
      }
      way.pop()
      onWay.delete(frame.key)
      done.add(frame.key)
      continue
    }
    const action = turn.value
    const next = action.next()
    const key = space.keyOf(next)
    if (key === frame.key) continue
    transitions++
    if (!action.isFault) frame.moves++
    if (onWay.has(key)) return found('the world comes back to where it was', false, action.name)
    if (done.has(key)) continue
    if (done.size + onWay.size >= statesMax) return found(undefined, false)
    const wrong = enter(next, key, action.name)
    if (wrong !== undefined) return found(wrong, false)
  }
}
