import mocha from 'mocha'

/** Mocha's `spec` output; the last line of the run is `N passed, N failed`, so that a person and a script read the same. */
export default class ClosingLineReporter extends mocha.reporters.Spec { // eslint-disable-line no-restricted-syntax -- mocha loads a reporter by its default export
  override epilogue (): void {
    super.epilogue()
    const { passes, failures } = this.stats
    // A pending test counts as a failure: `forbidPending` in mocha.json makes it one.
    process.stdout.write(`${passes} passed, ${failures} failed\n`)
  }
}
