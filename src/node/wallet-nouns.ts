import { isAbsolute, join } from 'node:path'
import { AmikoError } from '../core/base/errors.js'
import type { PeerId } from '../core/base/ids.js'
import { restorationOf } from '../core/backup/backup.js'
import type { BackupContent } from '../core/backup/content.js'
import type { NodeView } from '../core/node/core.js'
import type { Clock } from '../ports/clock.js'
import { ask } from './ask.js'
import { exportBackup, verifyBackup, type BackupOwner } from './backup-file.js'
import type { Assets, BackupNoun, SentOnChain, WalletNoun } from './nouns.js'
import type { Runner } from './runner.js'

/** What the node's phrase means for backups. */
export interface PhraseParts {
  readonly owner: BackupOwner
  /** The identity secret of a folder that is older than its phrase; undefined when it follows from the phrase. */
  readonly identity: Uint8Array | undefined
}

export interface WalletParts {
  readonly self: PeerId
  readonly runner: Runner
  readonly assets: Assets
  readonly clock: Clock
  readonly dir: string
  /** Undefined: the folder has no phrase. */
  readonly phrase: PhraseParts | undefined
}

/** Where a backup lies when nobody names a place. */
export const BACKUP_FILE = 'backup.amiko'

/** What a backup of this moment holds. */
export const contentNow = (view: Pick<NodeView, 'backupContent'>, { identity }: PhraseParts, nowMs: number): BackupContent => ({ ...view.backupContent(nowMs), identity })

/** The wallet over a runner. */
export function walletOf (parts: WalletParts): WalletNoun {
  const { runner: { view } } = parts
  const needPhrase = (): void => { if (parts.phrase === undefined) throw new AmikoError('no-wallet') }
  return {
    balance () {
      needPhrase()
      return view.walletBalances()
    },
    async address (chain) {
      needPhrase()
      return await ask(parts, { type: 'wallet.address', chain })
    },
    async send ({ signal, ...what }) {
      needPhrase()
      return await ask<SentOnChain>(parts, { type: 'wallet.send', ...what }, { signal })
    },
    async bump (id, { signal, satPerKvb } = {}) {
      needPhrase()
      return await ask<SentOnChain>(parts, { type: 'wallet.bump', id, satPerKvb }, { signal })
    },
    list (chain) {
      needPhrase()
      return view.walletSends(chain)
    },
    async rescan (chain, fromHeight, gap) {
      needPhrase()
      await ask(parts, { type: 'backup.restore', restoration: { identity: undefined, peers: [], chains: [{ chain, sinceHeight: fromHeight, gap }], channels: [] } })
    }
  }
}

/** Backups of a node that has a phrase. */
export function backupOf (parts: WalletParts): BackupNoun {
  const { runner, clock, self, dir } = parts
  const phraseNeeded = (): PhraseParts => {
    if (parts.phrase === undefined) throw new AmikoError('no-wallet')
    return parts.phrase
  }
  const pathOf = (path = join(dir, BACKUP_FILE)): string => {
    if (!isAbsolute(path)) throw new AmikoError('bad-request', { reason: `the path of a backup is absolute, not ${path}` })
    return path
  }
  return {
    async export (given) {
      const [phrase, path] = [phraseNeeded(), pathOf(given)]
      return { path, ...await exportBackup(path, contentNow(runner.view, phrase, clock.now()), phrase.owner) }
    },
    async verify (given) {
      const [phrase, path] = [phraseNeeded(), pathOf(given)]
      const { content: { network, peerId, createdMs, channels, peers } } = await verifyBackup(path, phrase.owner)
      return { path, network, peerId, createdMs, channels: channels.length, peers: peers.length }
    },
    async restore (given) {
      const [phrase, path] = [phraseNeeded(), pathOf(given)]
      const { content } = await verifyBackup(path, phrase.owner)
      if (content.peerId !== self) throw new AmikoError('backup-peer', { file: path, theirs: content.peerId, ours: self })
      const { channels } = await ask<{ readonly channels: number }>(parts, { type: 'backup.restore', restoration: restorationOf(content) })
      return { path, channels }
    }
  }
}
