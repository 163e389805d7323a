import { unreachable } from '../base/invariant.js'
import type { ChannelState } from './entity.js'
import type { ChannelKind } from './kind.js'
import { trustLine } from './trust-line/trust-line.js'

/** The kind that a state is of. */
export function kindOf (state: ChannelState): ChannelKind {
  switch (state.kind) {
    case 'trust-line': return trustLine
    // No channel of this kind can be opened or accepted by this version.
    case 'chain': return unreachable(state as never)
    default: return unreachable(state)
  }
}
