import { z } from 'zod'
import { count, hexId, meetingPointText } from './fields.js'
import { method } from './method.js'

const meetingPointRole = z.enum(['hosted', 'elected'])
const EXAMPLE_ID = '02' + '00'.repeat(32)

export const meetingPointHost = method({
  name: 'meetingPoint.host',
  summary: 'Host a meeting point on this node and announce it',
  scope: 'admin',
  params: z.strictObject({}),
  result: z.object({ id: hexId }),
  errors: ['busy'],
  example: { params: {}, result: { id: EXAMPLE_ID } },
  command: { command: 'meeting-point host', examples: ['amiko meeting-point host'] },
  handler: async (node) => ({ id: (await node.meetingPoints.host()).id })
})

export const meetingPointList = method({
  name: 'meetingPoint.list',
  summary: 'List the meeting points this node knows, with its distance to each',
  scope: 'read',
  params: z.strictObject({}),
  result: z.object({
    meetingPoints: z.array(z.object({
      id: hexId,
      hosted: z.boolean(),
      hops: count.optional(),
      announced: z.boolean(),
      role: meetingPointRole.optional().describe('How it came to its role, as it says itself; absent while only hints speak of it'),
      epoch: count.optional().describe('Of its last announcement'),
      attestations: count.optional().describe('Neighbours that attest it')
    }))
  }),
  errors: [],
  example: { params: {}, result: { meetingPoints: [{ id: EXAMPLE_ID, hosted: false, hops: 2, announced: true, role: 'elected', epoch: 20_255, attestations: 3 }] } },
  command: {
    command: 'meeting-point list',
    examples: ['amiko meeting-point list'],
    table: {
      rows: 'meetingPoints',
      columns: [
        { head: 'id', field: 'id' }, { head: 'here', field: 'hosted' }, { head: 'hops', field: 'hops' }, { head: 'announced', field: 'announced' },
        { head: 'role', field: 'role' }, { head: 'epoch', field: 'epoch' }, { head: 'attested by', field: 'attestations' }
      ],
      empty: 'No meeting point is known yet. Nodes with channels elect some by themselves; `amiko meeting-point host` hosts one here.'
    }
  },
  handler: (node) => ({
    meetingPoints: node.meetingPoints.list().map(({ id, hosted, hops, announced, role, epoch, attestations }) => ({
      id,
      hosted,
      ...(hops === undefined ? {} : { hops }),
      announced,
      ...(role === undefined ? {} : { role }),
      ...(epoch === undefined ? {} : { epoch }),
      ...(attestations === undefined ? {} : { attestations })
    }))
  })
})

export const meetingPointStop = method({
  name: 'meetingPoint.stop',
  summary: 'Stop hosting a meeting point',
  scope: 'admin',
  params: z.strictObject({ id: meetingPointText('Id of the meeting point; all hosted here when it is left out').optional() }),
  result: z.object({ status: z.literal('stopped') }),
  errors: ['not-found'],
  example: { params: {}, result: { status: 'stopped' } },
  command: { command: 'meeting-point stop', places: ['id'], examples: ['amiko meeting-point stop'] },
  handler: async (node, { id }) => {
    await node.meetingPoints.stop(id)
    return { status: 'stopped' as const }
  }
})
