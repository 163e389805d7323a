import { z } from 'zod'
import type { AmikoNode, WaypointView } from '../../node/nouns.js'
import { assetName, assetText, durationText, hexId, meetingPointText, timeMs } from './fields.js'
import { method } from './method.js'
import { assetNameOf } from './money.js'

const EXAMPLE_KEY = '03' + '00'.repeat(32)
const EXAMPLE_MEETING_POINT = '02' + '00'.repeat(32)

const waypointAnswer = z.object({
  key: hexId,
  entry: z.string().describe('The text to hand out'),
  meetingPoint: hexId,
  asset: assetName,
  status: z.enum(['standing', 'looking']).describe('standing: there is a way from the meeting point to here; looking: none now, the node keeps trying'),
  createdMs: timeMs,
  expiresMs: timeMs
})

const EXAMPLE_WAYPOINT: z.output<typeof waypointAnswer> = {
  key: EXAMPLE_KEY, entry: 'amkway1…', meetingPoint: EXAMPLE_MEETING_POINT, asset: 'btc', status: 'standing', createdMs: 1_760_000_000_000, expiresMs: 1_760_604_800_000
}

const answerOf = (node: AmikoNode, { key, entry, meetingPoint, asset, status, createdMs, expiresMs }: WaypointView): z.output<typeof waypointAnswer> =>
  ({ key, entry, meetingPoint, asset: assetNameOf(node, asset), status, createdMs, expiresMs })

export const waypointPublish = method({
  name: 'waypoint.publish',
  summary: 'Publish an entry, by which others can send their payments through this node',
  scope: 'admin',
  params: z.strictObject({
    meetingPoint: meetingPointText('Meeting point that leads to this node; by default the nearest').optional(),
    asset: assetText('Asset of the payments').default('btc'),
    expiry: durationText('How long the entry is good, 30d at most; by default 7d').optional()
  }),
  result: waypointAnswer,
  errors: ['bad-request', 'busy', 'unknown-asset', 'wrong-asset', 'no-meeting-point'],
  example: { params: { expiry: '7d' }, result: EXAMPLE_WAYPOINT },
  command: { command: 'waypoint publish', examples: ['amiko waypoint publish --expiry 7d'] },
  handler: async (node, { meetingPoint, asset, expiry }, { signal }) => answerOf(node, await node.waypoints.publish({
    asset: node.assets.resolve(asset).id,
    signal,
    ...(meetingPoint === undefined ? {} : { meetingPoint }),
    ...(expiry === undefined ? {} : { expiryMs: expiry })
  }))
})

export const waypointList = method({
  name: 'waypoint.list',
  summary: 'List the entries this node has published',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({ waypoints: z.array(waypointAnswer) }),
  errors: [],
  example: { params: {}, result: { waypoints: [EXAMPLE_WAYPOINT] } },
  command: {
    command: 'waypoint list',
    examples: ['amiko waypoint list'],
    table: {
      rows: 'waypoints',
      columns: [
        { head: 'key', field: 'key' }, { head: 'status', field: 'status' }, { head: 'asset', field: 'asset' }, { head: 'expires', field: 'expiresMs', formatAs: 'time' }, { head: 'entry', field: 'entry' }
      ],
      empty: 'No entries. `amiko waypoint publish` makes one, so that payments can be sent through this node.'
    }
  },
  handler: (node) => ({ waypoints: node.waypoints.list().map((waypoint) => answerOf(node, waypoint)) })
})

export const waypointWithdraw = method({
  name: 'waypoint.withdraw',
  summary: 'Withdraw an entry: from now on nothing comes by it',
  scope: 'admin',
  params: z.strictObject({ key: meetingPointText('Key of the entry') }),
  result: z.object({ key: hexId, status: z.literal('withdrawn') }),
  errors: ['not-found'],
  example: { params: { key: EXAMPLE_KEY }, result: { key: EXAMPLE_KEY, status: 'withdrawn' } },
  command: { command: 'waypoint withdraw', places: ['key'], examples: [`amiko waypoint withdraw ${EXAMPLE_KEY}`] },
  handler: async (node, { key }) => {
    await node.waypoints.withdraw(key)
    return { key, status: 'withdrawn' as const }
  }
})
