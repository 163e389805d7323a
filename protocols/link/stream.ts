import type { StreamLimits } from '../neighbour/stream.js'

/** The stream of the link protocol: being neighbours, ping, hints. @see NEIGH-4 for the limit, NEIGH-6 for the credit */
export const linkStream: StreamLimits = {
  name: 'link',
  protocol: (network) => `/amiko/${network}/link/1.0.0`,
  messageBytesMax: 16_384,
  startCredit: 65_536
}
