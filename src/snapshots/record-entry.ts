import { type MatcherState, Snapshots } from 'vitest'
import { renderEntry } from './entry.js'
import type { Examined } from './picture-snapshot.js'

/**
 * Hands the outcome to Vitest as a snapshot of its own, so that `-u`, CI mode and the counts of written, updated,
 * failed and obsolete snapshots are those of every other snapshot. Where the outcome is "matched" the entry stays
 * as it is, byte for byte, also under `-u`.
 */
export function recordEntry(
  state: MatcherState,
  { outcome, current, otherBackends, content }: Examined,
): void {
  const baselines = [current, ...otherBackends].sort((a, b) => a.picture.localeCompare(b.picture, 'en'))
  Snapshots.toMatchDomainSnapshot.call(
    state,
    {
      name: content.kind.name,
      capture: (received) => received,
      render: () => renderEntry(baselines, content.kind),
      parseExpected: (entry) => entry,
      match: () => ({ pass: outcome.kind === 'matched' }),
    },
    current,
  )
}
