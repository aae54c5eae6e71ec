import { expect } from 'vitest'
import { guardAwait } from './await-guard.js'
import * as exported from './index.js'
import { toPassRecipeCheck } from './recipe-check.js'

/** Adds all matchers to `expect`, each guarded against a forgotten `await`. */
export function registerMatchers(): void {
  const matchers = { ...exported, toPassRecipeCheck } as unknown as Parameters<typeof expect.extend>[0]
  expect.extend(matchers)
  guardAwait(Object.keys(matchers))
}
