import { FactoryError, InvalidArgumentError, MissingInformationError } from '../errors.js'
import type { RecipeCheck } from './recipe-context.js'

/** A check cannot run for a reason that an earlier one has told. The message names both; `cause` is the error. */
export class AlreadyToldError extends Error {
  override name = 'AlreadyToldError'
}

/**
 * The same checks; of those that cannot run for one and the same reason the first says it, and the others throw
 * `AlreadyToldError`. A factory that throws is one fault, not twenty.
 */
export function toldOnce(checks: readonly RecipeCheck[]): RecipeCheck[] {
  /** The check that told it, by reason. */
  const told = new Map<string, string>()
  return checks.map((check) => ({
    ...check,
    async run(options) {
      try {
        const result = await check.run(options)
        if (result.status === 'failed')
          for (const { name } of result.causes) if (!told.has(name)) told.set(name, check.name)
        return result
      } catch (error) {
        if (error instanceof MissingInformationError) throw error
        const reason = reasonOf(error)
        const teller = told.get(reason) ?? check.name
        if (teller !== check.name)
          throw new AlreadyToldError(`${subjectOf(error)}: see ${teller}`, { cause: error })
        told.set(reason, check.name)
        throw error
      }
    },
  }))
}

/** What is the same for all checks that cannot run because of it: not the size of the batch, nor the names of layers. */
function reasonOf(error: unknown): string {
  if (error instanceof InvalidArgumentError) return error.causeName ?? `${error.argument}: ${error.wanted}`
  if (error instanceof FactoryError && error.cause instanceof InvalidArgumentError)
    return reasonOf(error.cause)
  return messageOf(error).replace(/\d+/g, '#')
}

function subjectOf(error: unknown): string {
  if (error instanceof FactoryError) return 'create() failed'
  if (!(error instanceof InvalidArgumentError)) return 'it ends in the same error'
  if (error.argument === 'subject' || error.argument === 'recipe.create') return 'create() failed'
  return error.causeName ?? `${error.argument} cannot be used`
}

const messageOf = (error: unknown): string => (error as Error | undefined)?.message ?? String(error)
