import type { MatcherState, RunnerTestCase } from 'vitest'
import type { UpdateMode } from './outcome.js'

/** One text entry of the `.snap` file, before it is compared. */
interface ExpectedEntry {
  /** `suite > test 1` */
  key: string
  data?: string
  /** Keeps the entry from being listed as obsolete. */
  markAsChecked(): void
}

/** The snapshot that comes next in the running test. */
export interface NextSnapshot {
  update: UpdateMode
  entry: ExpectedEntry
}

/**
 * The test that a snapshot matcher runs in.
 * Throws outside a test, under `.not` and `expect.poll`, and where Vitest is older than 4.1.4.
 */
export function runningTest(state: MatcherState, matcher: string): RunnerTestCase {
  // Vitest's types promise both; an older Vitest, or an expect outside a test, lacks them.
  const { task, snapshotState, isNot, poll }: Partial<MatcherState> = state
  if (isNot) throw new Error(`${matcher} cannot be used with not: a picture that differs says nothing`)
  if (poll) throw new Error(`${matcher} cannot be used with expect.poll: the picture would depend on timing`)
  if (!task) throw new Error(`${matcher} works inside a test only`)
  assertOwnExpect(task, matcher)
  if (typeof snapshotState?.probeExpectedSnapshot !== 'function') {
    throw new Error(
      `${matcher} needs Vitest 4.1.4 or later, and an expect of the same Vitest that runs the test`,
    )
  }
  return task
}

/**
 * Tests that run at the same time share the imported `expect`, which then names the test that started last: the
 * picture would go under another test's name. `_local` says whether the test took `expect` from its context.
 */
function assertOwnExpect({ concurrent, context }: RunnerTestCase, matcher: string): void {
  const { _local: tookItsOwn } = context as { _local?: boolean }
  if (!concurrent || tookItsOwn !== false) return
  throw new Error(
    `${matcher} in test.concurrent needs the expect of that test: test.concurrent('…', async ({ expect }) => …)`,
  )
}

/**
 * The next snapshot of the test; the same at each retry and repeat. Vitest counts on when it compares or when the
 * entry is marked as checked: look at it and use it without awaiting in between.
 */
export function nextSnapshot({ snapshotState }: MatcherState, test: RunnerTestCase): NextSnapshot {
  return {
    update: snapshotState.snapshotUpdateState,
    entry: snapshotState.probeExpectedSnapshot({
      testName: test.fullTestName,
      testId: test.id,
      isInline: false,
    }),
  }
}

/** Which run of the same test this is: `0.0`, after a retry `1.0`, in a repetition `0.1`. */
export function attemptOf({ result }: RunnerTestCase): string {
  return `${result?.retryCount ?? 0}.${result?.repeatCount ?? 0}`
}
