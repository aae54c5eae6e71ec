import type { RunnerTestCase, RunnerTestFile } from 'vitest'
import { attemptOf } from './matcher-state.js'

interface Claim {
  test: RunnerTestCase
  attempt: string
}

/** By the file's task, which is new in every run: names are free again in watch mode. */
const claims = new WeakMap<RunnerTestFile, Map<string, Claim>>()

/**
 * Takes a picture name for one test of a file; the same test may take it again when it is retried or repeated.
 * Throws where it is taken: one picture would silently replace the other. Upper and lower case count as the same,
 * as on the file systems of macOS and Windows.
 */
export function claimPicture(fileName: string, test: RunnerTestCase): void {
  const taken = claims.get(test.file) ?? new Map<string, Claim>()
  claims.set(test.file, taken)
  const key = fileName.toLowerCase()
  const attempt = attemptOf(test)
  const claim = taken.get(key)
  if (claim && (claim.test.id !== test.id || claim.attempt === attempt)) {
    const where =
      claim.test.id === test.id ? 'earlier in this test' : `in the test '${claim.test.name}' of this file`
    throw new Error(
      `The picture name ${fileName} is already used ${where}: one would replace the other. Give each its own name.`,
    )
  }
  taken.set(key, { test, attempt })
}
