import type { Benchmark } from './benchmark.js'
import { buildLine, payAlong } from './channel.js'
import { withMembers } from './members.js'

const NODES = 6
const MEETING_POINT = 2

export const line: Benchmark = {
  name: 'line',
  question: 'How long does a payment take over a line of six processes with the meeting point in the middle, and how many a second does it carry?',
  run: async (options) => ({
    nodes: NODES,
    meetingPoint: MEETING_POINT,
    ...await withMembers(NODES, async (members) => {
      await buildLine(members, options, MEETING_POINT)
      return await payAlong(members, options, MEETING_POINT, 64)
    })
  })
}
