import { PAYMENT_DEFAULTS } from '../payment/limits.js'
import type { PaymentSettings } from '../payment/host.js'
import { asUnits } from '../base/money.js'
import type { Duty } from '../routing/host.js'
import type { NodeSettings } from './core.js'

/** How often a linked peer is asked for a sign of life, and how long it may take. */
const PING_MS = 20_000
const PING_TIMEOUT_MS = 60_000

/**
 * Settings of a node: the defaults, with single numbers of the payment settings replaced.
 *
 * @param overrides - by name; unknown names are ignored by nobody: the schema of the settings file refuses them
 */
export function defaultSettings (pacing: NodeSettings['pacing'], overrides: Readonly<Record<string, number>> = {}, acceptLinks: NodeSettings['acceptLinks'] = 'all', duty: Duty = 'volunteer'): NodeSettings {
  const payment: Record<string, unknown> = { ...PAYMENT_DEFAULTS }
  for (const [name, value] of Object.entries(overrides)) {
    if (!Object.hasOwn(payment, name)) continue
    payment[name] = typeof payment[name] === 'bigint' ? asUnits(BigInt(value)) : value
  }
  return { pacing, payment: payment as unknown as PaymentSettings, pingMs: PING_MS, pingTimeoutMs: PING_TIMEOUT_MS, acceptLinks, duty }
}

/** The names of the payment settings that a settings file may replace. */
export const PAYMENT_SETTING_NAMES = Object.keys(PAYMENT_DEFAULTS) as ReadonlyArray<keyof PaymentSettings>
