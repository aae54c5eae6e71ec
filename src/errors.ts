/** The caller passed something that cannot be used. Names the argument, what was given and what is wanted. */
export class InvalidArgumentError extends TypeError {
  override name = 'InvalidArgumentError'

  constructor(
    readonly argument: string,
    readonly given: string,
    readonly wanted: string,
  ) {
    super(`${argument}: got ${given}; wanted ${wanted}`)
  }
}
