import { unreachable } from '../base/invariant.js'
import { enforced } from './enforced/enforced.js'
import type { ChannelState } from './entity.js'
import type { ChannelKind } from './kind.js'
import { trustLine } from './trust-line/trust-line.js'

/** The kind that a state is of. */
export function kindOf (state: ChannelState): ChannelKind {
  switch (state.kind) {
    case 'trust-line': return trustLine
    case 'chain': return enforced
    default: return unreachable(state)
  }
}
