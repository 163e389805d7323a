import { loadNativeCurve } from '../../src/adapters/native-curve/native-curve.js'
import { useCurve } from '../../src/core/crypto/curve.js'

export const ENGINES = ['auto', 'tiny-secp256k1', 'libsecp256k1'] as const
export type EngineName = typeof ENGINES[number]

export const isEngine = (name: string): name is EngineName => (ENGINES as readonly string[]).includes(name)

/** The choice a node makes by itself; benchmarks make it too, so that the report can name it. */
export function chooseEngine (engine: EngineName): void {
  if (engine === 'tiny-secp256k1') return
  let absent = ''
  const native = loadNativeCurve((reason) => { absent = reason })
  if (native !== undefined) useCurve(native)
  else if (engine === 'libsecp256k1') throw new Error(`libsecp256k1 was asked for but is not there: ${absent}`)
}
