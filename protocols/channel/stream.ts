import type { StreamLimits } from '../neighbour/stream.js'

/** The stream of the channel protocol: rounds, which may be long. @see NEIGH-4 for the limit, NEIGH-6 for the credit */
export const channelStream: StreamLimits = {
  name: 'channel',
  protocol: (network) => `/amiko/${network}/channel/1.0.0`,
  messageBytesMax: 65_536,
  startCredit: 262_144
}
