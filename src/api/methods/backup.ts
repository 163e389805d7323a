import { z } from 'zod'
import { count, pathText, peerId, timeMs } from './fields.js'
import { method } from './method.js'

const EXAMPLE_PATH = '/home/alice/.amiko/backup.amiko'
const EXAMPLE_PEER = '16Uiu2HAkzLr3L4TNNzfyKxwovQhSXpDHU3dSJiV7fbBRWDqEwiEc'
const file = pathText('File of the backup; by default backup.amiko of the data folder').optional()

export const backupExport = method({
  name: 'backup.export',
  summary: 'Write a backup: what a restored node needs to get its money back from its channels',
  scope: 'admin',
  params: z.strictObject({ file }),
  result: z.object({ path: z.string(), bytes: count, channels: count }),
  errors: ['no-wallet', 'already-exists'],
  example: { params: {}, result: { path: EXAMPLE_PATH, bytes: 4_178, channels: 2 } },
  command: { command: 'backup export', places: ['file'], paths: ['file'], examples: ['amiko backup export', 'amiko backup export /media/stick/alice.backup'] },
  handler: async (node, params) => await node.backup.export(params.file)
})

export const backupVerify = method({
  name: 'backup.verify',
  summary: 'Say what is in a backup of this node, and whether it is whole',
  scope: 'read',
  params: z.strictObject({ file }),
  result: z.object({ path: z.string(), network: z.string(), peerId, createdMs: timeMs, channels: count, peers: count }),
  errors: ['no-wallet', 'not-found', 'backup-damaged', 'backup-newer', 'backup-network', 'backup-phrase'],
  example: { params: {}, result: { path: EXAMPLE_PATH, network: 'village', peerId: EXAMPLE_PEER, createdMs: 1_760_000_000_000, channels: 2, peers: 2 } },
  command: { command: 'backup verify', places: ['file'], paths: ['file'], examples: ['amiko backup verify'] },
  handler: async (node, params) => await node.backup.verify(params.file)
})

export const backupRestore = method({
  name: 'backup.restore',
  summary: 'Ask the peers of all channels in a backup to close them, so that what is ours comes to the wallet',
  scope: 'admin',
  params: z.strictObject({ file }),
  result: z.object({ path: z.string(), channels: count }),
  errors: ['no-wallet', 'not-found', 'backup-damaged', 'backup-newer', 'backup-network', 'backup-phrase', 'backup-peer'],
  example: { params: { file: EXAMPLE_PATH }, result: { path: EXAMPLE_PATH, channels: 2 } },
  command: {
    command: 'backup restore',
    places: ['file'],
    paths: ['file'],
    examples: ['amiko backup restore /media/stick/alice.backup'],
    summarise: ({ file: path }) => `The peers of all channels in ${path ?? 'backup.amiko'} will be asked to close them. Do this only when the data folder is lost: channels of a folder that still works need no restore.`
  },
  handler: async (node, params) => await node.backup.restore(params.file)
})
