/** A notice of a node: its type `noun:verb` and flat fields; amounts as decimal text. */
export interface ApiNotice { readonly type: string, readonly [field: string]: unknown }

/** Longest frame that is read; the node's own are far shorter. */
const FRAME_CHARACTERS_MAX = 1_048_576

/** Reads server-sent events; comments are skipped. Ends when the stream ends; who stops reading ends the stream. */
export async function * readEvents (stream: AsyncIterable<Uint8Array>): AsyncGenerator<ApiNotice> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of stream) {
    text += decoder.decode(part, { stream: true })
    if (text.length > FRAME_CHARACTERS_MAX) throw new RangeError('an event of the node is too long')
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const data = text.slice(0, end).split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n')
      text = text.slice(end + 2)
      if (data !== '') yield JSON.parse(data) as ApiNotice
    }
  }
}
