import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Lines on disk, bounded: when a file is full it becomes `<path>.1`, and the one before it is gone. */
export interface LogFile {
  /** Queues a line; lines are dropped, and counted, while the disk does not keep up. */
  append: (line: string) => void
  /** Resolves when what was queued is written. */
  close: () => Promise<void>
}

export interface LogFileOptions {
  /** A file is full at this size. */
  readonly bytesMax?: number
  /** Characters waiting to be written. */
  readonly queueCharsMax?: number
}

const BYTES_MAX = 16 << 20
const QUEUE_CHARS_MAX = 1 << 20

export function logFile (path: string, { bytesMax = BYTES_MAX, queueCharsMax = QUEUE_CHARS_MAX }: LogFileOptions = {}): LogFile {
  let queued: string[] = []
  let queuedChars = 0
  let dropped = 0
  let size: number | undefined
  let writing: Promise<void> | undefined

  const writeAll = async (): Promise<void> => {
    while (queued.length > 0) {
      const lost = dropped > 0 ? `{"level":"warn","namespace":"amiko:log","message":"lines were dropped","count":${dropped}}\n` : ''
      const text = lost + queued.join('')
      queued = []
      queuedChars = dropped = 0
      try {
        if (size === undefined) {
          await mkdir(dirname(path), { recursive: true })
          size = await stat(path).then((found) => found.size, () => 0)
        }
        if (size > 0 && size + text.length > bytesMax) {
          await rename(path, `${path}.1`)
          size = 0
        }
        await appendFile(path, text, { mode: 0o600 })
        size += Buffer.byteLength(text)
      } catch {
        // A full disk: the node goes on, the lines are lost. It says so in its status through the store.
        dropped++
      }
    }
    writing = undefined
  }
  return {
    append: (line) => {
      if (queuedChars + line.length > queueCharsMax) {
        dropped++
        return
      }
      queued.push(line)
      queuedChars += line.length
      writing ??= Promise.resolve().then(writeAll)
    },
    close: async () => { await writing }
  }
}
