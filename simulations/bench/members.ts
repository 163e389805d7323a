import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PeerId } from '../../src/core/base/ids.js'

/** Where a process can be reached. */
export interface Reached { readonly peer: PeerId, readonly address: string }

/** What crosses between the processes of a benchmark: questions to one of them, and their answers. */
export type Post =
  | { readonly kind: 'ask', readonly id: number, readonly from: string, readonly to: string, readonly what: string, readonly details: unknown }
  | { readonly kind: 'answer', readonly id: number, readonly to: string, readonly value: unknown, readonly error: string | undefined }

/** Asks another process of the benchmark; rejects with what went wrong there. */
export type Ask = <T>(to: string, what: string, details?: unknown) => Promise<T>

/** What a process does when it is asked, by name. */
export type Answers = Readonly<Record<string, (details: never) => unknown>>

/** Name of the process that runs the benchmark. */
export const BENCH = 'bench'

/** One end of the post between the processes. */
export function createPost (self: string, send: (post: Post) => void, answers: Answers): { readonly ask: Ask, readonly take: (post: Post) => void } {
  const waiting = new Map<number, { resolve: (value: never) => void, reject: (error: Error) => void }>()
  let count = 0
  return {
    ask: async (to, what, details) => await new Promise((resolve, reject) => {
      waiting.set(++count, { resolve, reject })
      send({ kind: 'ask', id: count, from: self, to, what, details })
    }),
    take (post) {
      if (post.kind === 'answer') {
        const waiter = waiting.get(post.id)
        waiting.delete(post.id)
        if (post.error === undefined) waiter?.resolve(post.value as never)
        else waiter?.reject(new Error(post.error))
        return
      }
      const { id, from, what, details } = post
      const answer = async (): Promise<unknown> => await answers[what]!(details as never)
      answer().then((value) => { send({ kind: 'answer', id, to: from, value, error: undefined }) },
        (error: unknown) => { send({ kind: 'answer', id, to: from, value: undefined, error: `${self}, ${what}: ${error instanceof Error ? error.stack ?? error.message : String(error)}` }) })
    }
  }
}

/** Processes that are asked by name; they may ask each other. */
export interface Members {
  readonly names: readonly string[]
  readonly ask: Ask
  /** Asks all at once. */
  readonly all: <T>(what: string, details?: unknown) => Promise<readonly T[]>
}

/** Runs `work` with `count` processes of their own, named n0, n1, …, which end with it. */
export async function withMembers<T> (count: number, work: (members: Members) => Promise<T>): Promise<T> {
  const children = new Map<string, ChildProcess>()
  const deliver = (post: Post): void => {
    if (post.to === BENCH) take(post)
    else children.get(post.to)?.send(post)
  }
  const { ask, take } = createPost(BENCH, deliver, {})
  for (let i = 0; i < count; i++) {
    const name = `n${i}`
    const child = fork(fileURLToPath(new URL('./member.js', import.meta.url)), [name], { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child.on('message', (post) => { deliver(post as Post) })
    children.set(name, child)
  }
  const names = [...children.keys()]
  const all: Members['all'] = async (what, details) => await Promise.all(names.map(async (name) => await ask<never>(name, what, details)))
  const ended = Promise.all([...children.values()].map(async (child) => await new Promise((resolve) => { child.once('exit', resolve) })))
  try {
    const failed = new Promise<never>((_resolve, reject) => {
      for (const [name, child] of children) child.once('exit', (code) => { reject(new Error(`the process ${name} ended with ${code}`)) })
    })
    failed.catch(() => {})
    return await Promise.race([work({ names, ask, all }), failed])
  } finally {
    for (const child of children.values()) if (child.connected) child.disconnect()
    await ended
  }
}
