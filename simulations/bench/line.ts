import type { Benchmark } from './benchmark.js'
import { payAlong, withLine } from './channel.js'

const NODES = 6
const MEETING_POINT = 2

export const line: Benchmark = {
  name: 'line',
  question: 'How long does a payment take over a line of six processes with the meeting point in the middle, and how many a second does it carry?',
  run: async (options) => ({
    nodes: NODES,
    meetingPoint: MEETING_POINT,
    ...await withLine(NODES, options, MEETING_POINT, async (members) => await payAlong(members, options, MEETING_POINT, 64))
  })
}
