import { AmikoError } from '../../core/base/errors.js'
import { assetNameOf } from '../methods/money.js'
import type { AssetId } from '../../core/base/ids.js'
import type { AmikoNode } from '../../node/nouns.js'
import { EVENTS_QUEUED_MAX, EVENTS_SILENT_MS_MAX, EVENT_TYPES_MAX, LISTENERS_MAX } from '../limits.js'
import { plainOf } from './rpc.js'

/** Server-sent events of a node's notices, one bounded queue for each listener. */
export interface EventFeed {
  /**
   * The body of one `GET /events`.
   *
   * @param types - `payment:paid,link:*`; absent is everything
   * Throws busy, bad-request.
   */
  readonly listen: (types: string | undefined, signal: AbortSignal) => ReadableStream<Uint8Array>
  readonly listeners: () => number
}

const encoder = new TextEncoder()

export function eventFeed (node: AmikoNode, stopping: AbortSignal): EventFeed {
  let listeners = 0
  return {
    listeners: () => listeners,
    listen (types, signal) {
      const wanted = filterOf(types)
      if (listeners >= LISTENERS_MAX) throw new AmikoError('busy', { what: 'event listeners', limit: LISTENERS_MAX })
      listeners++
      const queue: string[] = []
      let lost = 0
      let sequence = 0
      let wake: (() => void) | undefined
      const ended = AbortSignal.any([signal, stopping])
      const stopListening = node.listen((notice) => {
        if (!wanted(notice.type)) return
        if (queue.length >= EVENTS_QUEUED_MAX) lost++
        else queue.push(frame(++sequence, noticeOf(node, notice)))
        wake?.()
      })
      const close = once(() => {
        listeners--
        stopListening()
        wake?.()
      })
      ended.addEventListener('abort', close, { once: true })
      return new ReadableStream<Uint8Array>({
        start (controller) {
          controller.enqueue(encoder.encode(': listening\n\n'))
        },
        // Called only when the connection can take more: a slow listener fills its own queue, nothing else.
        async pull (controller) {
          if (queue.length === 0 && lost === 0 && !ended.aborted) {
            const timer = setTimeout(() => wake?.(), EVENTS_SILENT_MS_MAX)
            await new Promise<void>((resolve) => { wake = resolve })
            clearTimeout(timer)
            wake = undefined
          }
          if (ended.aborted) {
            controller.close()
            return
          }
          let text = queue.splice(0).join('')
          if (lost > 0) {
            text += frame(++sequence, { type: 'events:lost', count: lost })
            lost = 0
          }
          controller.enqueue(encoder.encode(text === '' ? ': quiet\n\n' : text))
        },
        cancel: close
      }, { highWaterMark: 1 })
    }
  }
}

const frame = (id: number, notice: Readonly<Record<string, unknown>>): string => `id: ${id}\ndata: ${JSON.stringify(notice)}\n\n`

/** A notice as JSON; its asset by name, as everywhere in the API. */
function noticeOf (node: AmikoNode, notice: { readonly type: string, readonly [field: string]: unknown }): Record<string, unknown> {
  const plain = plainOf(notice) as Record<string, unknown>
  return typeof plain['asset'] === 'string' ? { ...plain, asset: assetNameOf(node, plain['asset'] as AssetId) } : plain
}

function filterOf (types: string | undefined): (type: string) => boolean {
  if (types === undefined || types === '') return () => true
  const wanted = types.split(',')
  if (wanted.length > EVENT_TYPES_MAX || !wanted.every((type) => /^[a-zA-Z-]{1,32}:(?:[a-zA-Z-]{1,32}|\*)$/.test(type))) {
    throw new AmikoError('bad-request', { reason: `types are names such as payment:paid or link:*, at most ${EVENT_TYPES_MAX}, separated by commas` })
  }
  return (type) => wanted.some((each) => each.endsWith('*') ? type.startsWith(each.slice(0, -1)) : type === each)
}

function once (action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}
