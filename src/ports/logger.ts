/** error: someone must act; warn: may become one; info: rare milestones; debug: each message. Never keys or secrets. */
export interface Logger {
  error: (message: string, fields?: Readonly<Record<string, unknown>>) => void
  warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void
  info: (message: string, fields?: Readonly<Record<string, unknown>>) => void
  debug: (message: string, fields?: Readonly<Record<string, unknown>>) => void
  /** A logger under `namespace:name`. */
  child: (name: string) => Logger
}
