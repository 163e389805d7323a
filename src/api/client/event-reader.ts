/** A notice of a node: its type `noun:verb` and flat fields; amounts as decimal text. */
export interface ApiNotice { readonly type: string, readonly [field: string]: unknown }

/** Longest frame that is read; the node's own are far shorter. */
const FRAME_CHARACTERS_MAX = 1_048_576

/** Reads server-sent events; comments are skipped. Ends when the stream ends. */
export async function * readEvents (stream: ReadableStream<Uint8Array>): AsyncGenerator<ApiNotice> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += decoder.decode(value, { stream: true })
      if (text.length > FRAME_CHARACTERS_MAX) throw new RangeError('an event of the node is too long')
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const data = text.slice(0, end).split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n')
        text = text.slice(end + 2)
        if (data !== '') yield JSON.parse(data) as ApiNotice
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined) // The node may have gone; there is nobody left to tell.
  }
}
