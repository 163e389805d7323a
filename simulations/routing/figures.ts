import { UNIT } from './csv.js'

import type { Judged } from './study.js'

/** What a study says of one algorithm. Counts are of payments; amounts in the file's unit. */
export interface Figures {
  readonly feasible: number
  readonly delivered: number
  readonly firstTry: number
  readonly stretch: number
  readonly messagesMean: number
  readonly messagesP95: number
  readonly volumeDelivered: number
}

export interface Row {
  readonly amount: number
  readonly shortest: number
  readonly delivered: boolean
  readonly firstTry: boolean
  readonly hops: number
  readonly messages: number
  readonly parts: number
}

export const rowOf = ({ payment, shortest, outcome }: Judged): Row => ({ amount: payment.amount, shortest, ...outcome })

/** Sums up rows. Messages and hops are of those that were delivered in one part; the stretch is the mean of their ratios. */
export function figuresOf (rows: readonly Row[]): Figures {
  const delivered = rows.filter((row) => row.delivered)
  const single = delivered.filter(({ parts, shortest }) => parts === 1 && shortest > 0)
  const tried = rows.filter(({ shortest }) => shortest >= 0)
  const messages = tried.map((row) => row.messages).sort((a, b) => a - b)
  return {
    feasible: tried.length,
    delivered: delivered.length,
    firstTry: delivered.filter(({ firstTry }) => firstTry).length,
    stretch: rounded(mean(single.map(({ hops, shortest }) => hops / shortest)), 4),
    messagesMean: rounded(mean(messages), 3),
    messagesP95: messages[Math.floor(messages.length * 0.95)] ?? 0,
    volumeDelivered: delivered.reduce((sum, { amount }) => sum + amount, 0) / UNIT
  }
}

const mean = (values: readonly number[]): number => values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))
