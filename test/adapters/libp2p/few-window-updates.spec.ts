import '../../../src/polyfill.js'
import assert from 'node:assert/strict'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { fewWindowUpdates } from '../../../src/adapters/libp2p/few-window-updates.js'

describe('muxer that gives window back in large parts', () => {
  for (const { title, bytes, count, most } of [
    { title: 'sends nothing but the acceptance for small messages', bytes: 200, count: 100, most: 1 },
    { title: 'lets through more than a window, with few updates', bytes: 8_192, count: 256, most: 24 }
  ]) {
    it(title, async () => {
      const sparing = await framesBack(bytes, count, true)
      const plain = await framesBack(bytes, count, false)
      assert.equal(sparing.received, bytes * count)
      assert.equal(plain.received, bytes * count)
      assert.ok(sparing.frames <= most, `${sparing.frames} frames`)
      assert.ok(plain.frames > sparing.frames, `${plain.frames} frames without it`)
    })
  }
})

/** Sends messages one way over a stream; counts what the receiver writes back until all has come. */
async function framesBack (bytes: number, count: number, isSparing: boolean): Promise<{ readonly frames: number, readonly received: number }> {
  const [near, far] = multiaddrConnectionPair()
  const muxers = yamux({ enableKeepAlive: false })
  const factory = (isSparing ? fewWindowUpdates(muxers) : muxers)()
  const [sender, receiver] = [factory.createStreamMuxer(near), factory.createStreamMuxer(far)]
  let received = 0
  const all = new Promise<void>((resolve) => {
    receiver.addEventListener('stream', ({ detail: stream }) => {
      stream.addEventListener('message', ({ data }) => {
        received += data.byteLength
        if (received === bytes * count) resolve()
      })
    })
  })
  const stream = await sender.createStream()
  let frames = 0
  near.addEventListener('message', () => { frames++ })
  for (let i = 0; i < count; i++) {
    if (!stream.send(new Uint8Array(bytes))) await new Promise((resolve) => { stream.addEventListener('drain', resolve, { once: true }) })
  }
  await all
  const back = frames
  await Promise.all([sender.close(), receiver.close()])
  return { frames: back, received }
}
