import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AmikoError } from '../core/base/errors.js'
import { isRefusal, type Refusal } from '../core/base/step.js'
import { inspectBackup, readBackup, restorationOf, writeBackup, type BackupReader, type Restoration } from '../core/backup/backup.js'
import type { BackupContent } from '../core/backup/content.js'
import { BACKUP_BYTES_MAX } from '../core/backup/limits.js'
import { SEAL_NONCE_BYTES } from '../core/crypto/sealed-box.js'

/** Whose backups: the key of the phrase, and the network. */
export type BackupOwner = Omit<BackupReader, 'file'>

/** Writes a backup beside the old one and puts it in its place when it is whole and on the disk. Throws already-exists: another file lies there. */
export async function exportBackup (path: string, content: BackupContent, owner: BackupOwner): Promise<{ readonly bytes: number, readonly channels: number }> {
  const bytes = writeBackup(content, owner, new Uint8Array(randomBytes(SEAL_NONCE_BYTES)))
  // Read back before it replaces a good one: what cannot be restored is no backup.
  orThrow(readBackup(bytes, { ...owner, file: path }))
  if (await holdsAnother(path)) throw new AmikoError('already-exists', { what: 'A file that is no backup', id: path })
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(fresh, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
  return { bytes: bytes.length, channels: content.channels.length }
}

/** Reads a backup and says what is in it, without doing anything. Throws backup-damaged, -newer, -network, -phrase, not-found. */
export async function verifyBackup (path: string, owner: BackupOwner): Promise<{ readonly content: BackupContent, readonly bytes: number }> {
  const bytes = await readBounded(path)
  return { content: orThrow(readBackup(bytes, { ...owner, file: path })), bytes: bytes.length }
}

/** What a restore begins with: channels to be closed by their peers, nothing that could be published. Throws as {@link verifyBackup}. */
export async function restoreBackup (path: string, owner: BackupOwner): Promise<Restoration> {
  return restorationOf((await verifyBackup(path, owner)).content)
}

/** Whether something lies there that a backup must not replace. */
async function holdsAnother (path: string): Promise<boolean> {
  const old = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return old !== undefined && isRefusal(inspectBackup(new Uint8Array(old), path))
}

function orThrow<T extends object> (value: T | Refusal): T {
  if (isRefusal(value)) throw new AmikoError(value.refused, value.detail)
  return value
}

async function readBounded (path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new AmikoError('not-found', { what: 'backup', id: path }, { cause: error })
    throw error
  })
  try {
    const { size } = await file.stat()
    if (size > BACKUP_BYTES_MAX) throw new AmikoError('backup-damaged', { file: path, reason: `it has more than ${BACKUP_BYTES_MAX} bytes` })
    return new Uint8Array(await file.readFile())
  } finally {
    await file.close()
  }
}

/** The new name is on the disk too. A file system that cannot say so is not a fault of the backup. */
async function syncFolder (path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync().catch(() => {})
  } finally {
    await folder.close()
  }
}
