/** Why the native backend cannot be installed: the message says what happened, the advice what mends it. */
export class InstallProblem extends Error {
  override name = 'InstallProblem'

  constructor(
    message: string,
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The user (or the caller's signal) stopped the installation. Nothing half-made is left behind. */
export class InstallInterrupted extends Error {
  override name = 'InstallInterrupted'

  constructor() {
    super('interrupted; nothing half-made was left behind, run the command again to start over')
  }
}
