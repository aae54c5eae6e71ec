import { join } from 'node:path'
import type { RunnerTestCase } from 'vitest'
import { claimPicture } from './claims.js'
import {
  type Comparison,
  compareFingerprints,
  compareValues,
  type Tolerance,
  withFacts,
} from './comparison.js'
import type { Content } from './content.js'
import { type Baseline, parseEntry } from './entry.js'
import { pictureFolder, readPicture } from './files.js'
import { checksum, type Fingerprint, fingerprintOf } from './fingerprint.js'
import type { NextSnapshot } from './matcher-state.js'
import { pictureName } from './names.js'
import { determineOutcome, type Outcome, type Situation, type StoredPicture } from './outcome.js'

export interface SnapshotSettings {
  /** Of the picture; the key of the entry when absent. */
  name?: string
  backend: string
  perBackend: boolean
  rtol: number
  /** In units of the values; when absent the kind's share of the baseline's largest magnitude. */
  atol?: number
}

/** The stored snapshot beside the numbers of this run, and what follows from it. */
export interface Examined {
  content: Content
  outcome: Outcome
  /** `suite > test 1` */
  key: string
  /** What this run would store. */
  current: Baseline
  /** What is stored, where there is something for this backend. */
  baseline?: Baseline
  /** The baselines to store besides the current one. */
  otherBackends: Baseline[]
  stored: StoredPicture
  folder: string
  file: string
}

/** Reads the stored snapshot and compares. Writes nothing. Throws when the name is not usable or taken. */
export function examine(
  content: Content,
  test: RunnerTestCase,
  { update, entry }: NextSnapshot,
  settings: SnapshotSettings,
): Examined {
  const { name = entry.key, backend, perBackend } = settings
  const suffix = perBackend ? `.${backend.replace(/\W/g, '')}` : ''
  const picture = `${pictureName(name)}${suffix}.${content.kind.format ?? 'png'}`
  claimPicture(picture, test)

  const folder = pictureFolder(test.file.filepath, content.kind.folder)
  const file = join(folder, picture)
  const stored = readPicture(file)
  const baselines = entry.data === undefined ? [] : parseEntry(entry.data, content.kind)
  const baseline = perBackend ? baselines?.find((one) => one.backend === backend) : baselines?.[0]
  const fingerprint = fingerprintOf(content)
  return {
    content,
    outcome: determineOutcome({
      update,
      picture: stored,
      entry: situationOfEntry(baselines, baseline, () =>
        compareWith(baseline!, stored, content, fingerprint, settings),
      ),
    }),
    key: entry.key,
    current: { picture, backend, fingerprint },
    baseline,
    otherBackends: perBackend
      ? (baselines ?? []).filter((one) => one !== baseline && one.picture !== picture)
      : [],
    stored,
    folder,
    file,
  }
}

function toleranceFor(
  { kind: { atolShare, leastAtol = 0, scaledByPart } }: Content,
  baseline: Baseline,
  { rtol, atol }: SnapshotSettings,
): Tolerance {
  if (atol !== undefined) return { rtol, atol }
  const shareOf = (largest: number) => Math.max(leastAtol, atolShare * largest)
  const { parts } = baseline.fingerprint
  return {
    rtol,
    atol: shareOf(largestOf(baseline)),
    ...(scaledByPart &&
      parts.length > 1 && {
        atolOf: (part) => shareOf(Math.max(Math.abs(parts[part]?.min ?? 0), Math.abs(parts[part]?.max ?? 0))),
      }),
  }
}

/** The largest magnitude of a baseline. */
export function largestOf({ fingerprint: { min, max } }: Baseline): number {
  return Math.max(Math.abs(min), Math.abs(max))
}

function situationOfEntry(
  baselines: Baseline[] | undefined,
  baseline: Baseline | undefined,
  compare: () => { comparison: Comparison; belongsToPicture: boolean },
): Situation['entry'] {
  if (baselines === undefined) return { state: 'unreadable' }
  if (baseline !== undefined) return { state: 'present', ...compare() }
  if (baselines.length === 0) return { state: 'absent' }
  return { state: 'other-backends', recorded: baselines.map(({ backend }) => backend) }
}

function compareWith(
  baseline: Baseline,
  stored: StoredPicture,
  content: Content,
  fingerprint: Fingerprint,
  settings: SnapshotSettings,
): { comparison: Comparison; belongsToPicture: boolean } {
  const tolerance = toleranceFor(content, baseline, settings)
  const { shape, exact: checksumInEntry } = baseline.fingerprint
  const exact = stored.state === 'present' ? stored.exact : undefined
  // A picture without values inside went through an image optimiser, or has too many: the entry decides.
  const belongsToPicture = exact === undefined || checksum(exact.shape, exact.values) === checksumInEntry
  const comparison: Comparison =
    shape.join() !== content.shape.join()
      ? { by: 'shape', pass: false, before: shape, after: content.shape }
      : exact && belongsToPicture
        ? compareValues(exact.values, content, tolerance)
        : compareFingerprints(baseline.fingerprint, fingerprint, tolerance)
  return { comparison: withFacts(comparison, baseline.fingerprint.facts, content.facts), belongsToPicture }
}
