/** Thrown to end a command with an exit code when everything was said already. */
export class Ended extends Error {
  override name = 'Ended'

  constructor (readonly exitCode: number) {
    super(`exit code ${exitCode}`)
  }
}
