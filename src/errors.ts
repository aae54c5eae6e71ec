import type { CauseName } from './diagnosis/cause.js'

/**
 * The caller passed something that cannot be used. Names the argument, what was given and what is wanted;
 * where it is a known fault of training programs, `causeName` says which.
 */
export class InvalidArgumentError extends TypeError {
  override name = 'InvalidArgumentError'

  constructor(
    readonly argument: string,
    readonly given: string,
    readonly wanted: string,
    readonly causeName?: CauseName,
  ) {
    super(`${argument}: got ${given}; wanted ${wanted}${causeName ? ` (cause: ${causeName})` : ''}`)
  }
}

/** The factory of a program threw; `cause` is what it threw. */
export class FactoryError extends Error {
  override name = 'FactoryError'

  constructor(thrown: unknown) {
    super(`The factory threw: ${(thrown as Error | undefined)?.message ?? String(thrown)}`, { cause: thrown })
  }
}

/**
 * A check needs something it cannot find out by itself, such as what an unknown loss should reach. A matcher throws
 * it; in a whole recipe the check is skipped and says so.
 */
export class MissingInformationError extends InvalidArgumentError {
  override name = 'MissingInformationError'
}
