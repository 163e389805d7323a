import { join } from 'node:path'
import type { NodeView } from '../core/node/core.js'
import type { Clock } from '../ports/clock.js'
import type { Logger } from '../ports/logger.js'
import { exportBackup } from './backup-file.js'
import { BACKUP_FILE, contentNow, type PhraseParts } from './wallet-nouns.js'

/** Time from a change to the backup of it, so that several changes make one. */
export const BACKUP_SOON_MS = 200

export interface AutomaticBackupOptions {
  /** Undefined: the folder has no phrase, and no backup is made. */
  readonly phrase: PhraseParts | undefined
  readonly dir: string
  readonly view: Pick<NodeView, 'backupContent'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Keeps `backup.amiko` in the data folder up to date: it changes with the enforced channels, not with payments. */
export interface AutomaticBackup {
  begin: () => void
  noticed: (type: string) => void
  /** Writes what is left to write. */
  stop: () => Promise<void>
}

export function keepBackup ({ phrase, dir, view, clock, logger }: AutomaticBackupOptions): AutomaticBackup {
  const path = join(dir, BACKUP_FILE)
  let isRunning = false
  let written = ''
  let writing: Promise<void> = Promise.resolve()
  let cancel: (() => void) | undefined

  const write = async (): Promise<void> => {
    if (phrase === undefined) return
    const content = contentNow(view, phrase, clock.now())
    const name = content.channels.map(({ channelId, funding }) => `${channelId} ${funding.txid}:${funding.vout}`).sort().join()
    // A node that never had an enforced channel has nothing that only a backup could bring back.
    if (name === written) return
    try {
      const { channels } = await exportBackup(path, content, phrase.owner)
      written = name
      logger.info('the backup is written', { path, channels })
    } catch (error) {
      logger.error('the backup could not be written', { path, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  const now = (): void => {
    cancel = undefined
    writing = writing.then(write)
  }
  const soon = (): void => { if (isRunning) cancel ??= clock.at(clock.now() + BACKUP_SOON_MS, now) }
  return {
    begin () {
      isRunning = true
      soon()
    },
    noticed: (type) => { if (type.startsWith('channel:')) soon() },
    async stop () {
      isRunning = false
      if (cancel !== undefined) {
        cancel()
        now()
      }
      await writing
    }
  }
}
