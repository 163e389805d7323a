import type { ComponentLogger, Logger } from '@libp2p/interface'

const quiet: Logger = Object.assign(() => {}, { error: () => {}, trace: () => {}, enabled: false, newScope: () => quiet })

/**
 * Says nothing. libp2p makes a logger for every connection and stream, each of which looks at the terminal, for lines that
 * nobody reads unless the environment names some of them in DEBUG.
 */
export const quietLog: ComponentLogger = { forComponent: () => quiet }
