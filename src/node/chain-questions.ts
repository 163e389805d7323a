import type { Clock } from '../ports/clock.js'

/** A question to a chain's backend. */
export interface Question {
  /** Two of the same key are one question. */
  readonly key: string
  /** Asks; `done` is called with whether the backend knew. */
  readonly ask: (done: (known: boolean) => void) => void
  /** Tells that nobody knows. */
  readonly unknown: () => void
}

export interface QuestionsOptions {
  readonly clock: Clock
  readonly atOnce: number
  readonly waitingMax: number
  /** A question without an answer for so long counts as unanswered: its place is given to the next. */
  readonly answerMs: number
  /** Questions that were not answered and are asked again; none without it. */
  readonly againMax?: number
}

/** Questions of one kind to one backend: so many at once, the others in turn, none of them for ever. */
export interface Questions {
  /** Nothing is asked before. */
  begin: () => void
  put: (question: Question) => void
  /** The backend may know by now what it did not: asks again what was left open. */
  again: () => void
  /** What is under way will not be answered. */
  lost: () => void
  /** Nothing is asked and no answer is taken any more. */
  end: () => void
}

export function createQuestions ({ clock, atOnce, waitingMax, answerMs, againMax = 0 }: QuestionsOptions): Questions {
  const waiting = new Map<string, Question>()
  /** `isPutAgain`: it was put while it was under way, and what it asks about may have changed since. */
  const asked = new Map<string, { readonly question: Question, isPutAgain: boolean, readonly done: (known: boolean) => void }>()
  const open = new Map<string, Question>()
  const timers = new Set<() => void>()
  let running = false

  const put = (question: Question): void => {
    const { key } = question
    open.delete(key)
    const underWay = asked.get(key)
    if (underWay !== undefined) underWay.isPutAgain = true
    else if (waiting.has(key) || waiting.size < waitingMax) waiting.set(key, question)
    else return notKnown(question)
    pump()
  }

  const notKnown = (question: Question): void => {
    if (open.size < againMax) open.set(question.key, question)
    question.unknown()
  }

  const pump = (): void => {
    while (running && asked.size < atOnce && waiting.size > 0) {
      const [key, question] = waiting.entries().next().value!
      waiting.delete(key)
      ask(question)
    }
  }

  const ask = (question: Question): void => {
    const one = {
      question,
      isPutAgain: false,
      done: (known: boolean): void => {
        if (asked.get(question.key) !== one) return
        asked.delete(question.key)
        cancel()
        timers.delete(cancel)
        if (!known) notKnown(question)
        if (one.isPutAgain) put(question)
        else pump()
      }
    }
    asked.set(question.key, one)
    const cancel = clock.at(clock.now() + answerMs, () => { one.done(false) })
    timers.add(cancel)
    question.ask(one.done)
  }

  return {
    begin: () => { running = true; pump() },
    put,
    again () {
      const left = [...open.values()]
      open.clear()
      for (const question of left) put(question)
    },
    lost () {
      for (const { done } of [...asked.values()]) done(false)
    },
    end () {
      running = false
      for (const cancel of timers) cancel()
      timers.clear()
      for (const map of [waiting, asked, open]) map.clear()
    }
  }
}
