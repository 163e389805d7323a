import type { StreamLimits } from '../neighbour/stream.js'

/** The stream of the route protocol: half routes and what becomes of them. @see NEIGH-4 for the limit, NEIGH-6 for the credit */
export const routeStream: StreamLimits = {
  name: 'route',
  protocol: (network) => `/amiko/${network}/route/1.0.0`,
  messageBytesMax: 16_384,
  startCredit: 131_072
}
