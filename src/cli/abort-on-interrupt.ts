import { constants } from 'node:os'

export interface Interrupt {
  signal: AbortSignal
  /** What a shell expects of a process that stopped on the signal received: 130 or 143. */
  exitCode(): number
  /** Stops listening. */
  release(): void
}

/** Ctrl-C and a polite kill become an abort, so that work unwinds and cleans up; a second one ends at once. */
export function abortOnInterrupt(): Interrupt {
  const controller = new AbortController()
  let received: NodeJS.Signals | undefined
  const exitCode = () => 128 + constants.signals[received ?? 'SIGINT']
  const onSignal = (name: NodeJS.Signals) => {
    if (received) process.exit(exitCode())
    received = name
    controller.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    exitCode,
    release: () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    },
  }
}
