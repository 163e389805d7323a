import assert from 'node:assert/strict'
import { virtualClock, type VirtualClock } from '../../src/adapters/memory/clock.js'
import { createQuestions, type Questions } from '../../src/node/chain-questions.js'

interface Asked { readonly key: string, readonly done: (known: boolean) => void }

describe('questions to a chain', () => {
  let clock: VirtualClock
  let asked: Asked[]
  let unknown: string[]
  const made = (bounds: { readonly atOnce: number, readonly waitingMax?: number, readonly againMax?: number }): Questions => {
    const questions = createQuestions({ clock, waitingMax: 100, answerMs: 1_000, ...bounds })
    questions.begin()
    return questions
  }
  const put = (questions: Questions, ...keys: string[]): void => {
    for (const key of keys) questions.put({ key, ask: (done) => { asked.push({ key, done }) }, unknown: () => { unknown.push(key) } })
  }
  const keys = (): string[] => asked.map(({ key }) => key)

  beforeEach(() => {
    clock = virtualClock()
    asked = []
    unknown = []
  })

  it('nothing is asked before it begins', () => {
    const questions = createQuestions({ clock, atOnce: 2, waitingMax: 9, answerMs: 1_000 })
    put(questions, 'a')
    assert.deepEqual(keys(), [])
    questions.begin()
    assert.deepEqual(keys(), ['a'])
  })

  it('so many are asked at once, the others in turn', () => {
    const questions = made({ atOnce: 2 })
    put(questions, 'a', 'b', 'c', 'd')
    assert.deepEqual(keys(), ['a', 'b'])
    asked[1]!.done(true)
    assert.deepEqual(keys(), ['a', 'b', 'c'])
  })

  it('the same question is asked once while it waits, and once more when it was put while it was under way', () => {
    const questions = made({ atOnce: 1 })
    put(questions, 'a', 'b', 'b', 'a')
    assert.deepEqual(keys(), ['a'])
    asked[0]!.done(true)
    asked[1]!.done(true)
    assert.deepEqual(keys(), ['a', 'b', 'a'])
  })

  it('what finds no place is told to be unknown at once', () => {
    const questions = made({ atOnce: 1, waitingMax: 1 })
    put(questions, 'a', 'b', 'c')
    assert.deepEqual([keys(), unknown], [['a'], ['c']])
  })

  it('a backend that is silent loses the question, and the next one has its place; its late answer is not counted', () => {
    const questions = made({ atOnce: 1 })
    put(questions, 'a', 'b')
    clock.advance(1_000)
    assert.deepEqual([keys(), unknown], [['a', 'b'], ['a']])
    asked[0]!.done(true)
    put(questions, 'c')
    assert.deepEqual(keys(), ['a', 'b'])
  })

  it('what is not known is asked again, as much as there is room for', () => {
    const questions = made({ atOnce: 3, againMax: 2 })
    put(questions, 'a', 'b', 'c')
    for (const { done } of [...asked]) done(false)
    assert.deepEqual(unknown, ['a', 'b', 'c'])
    questions.again()
    assert.deepEqual(keys(), ['a', 'b', 'c', 'a', 'b'])
    for (const { done } of [...asked].slice(3)) done(true)
    questions.again()
    assert.equal(asked.length, 5)
  })

  it('what is lost counts as not known', () => {
    const questions = made({ atOnce: 2, againMax: 9 })
    put(questions, 'a', 'b')
    questions.lost()
    assert.deepEqual(unknown, ['a', 'b'])
    questions.again()
    assert.deepEqual(keys(), ['a', 'b', 'a', 'b'])
  })

  it('after the end nothing is asked and no time runs out', () => {
    const questions = made({ atOnce: 1, againMax: 9 })
    put(questions, 'a', 'b')
    questions.end()
    asked[0]!.done(true)
    clock.advance(2_000)
    assert.deepEqual([keys(), unknown], [['a'], []])
  })
})
