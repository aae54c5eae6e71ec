import { join } from 'node:path'
import type { RunnerTestCase } from 'vitest'
import { claimPicture } from './claims.js'
import { type Comparison, compareFingerprints, compareWeights } from './comparison.js'
import { type Baseline, parseEntry } from './entry.js'
import { pictureFolder, readPicture } from './files.js'
import { checksum, type Fingerprint, fingerprintOf } from './fingerprint.js'
import type { NextSnapshot } from './matcher-state.js'
import { pictureName } from './names.js'
import { determineOutcome, type Outcome, type Situation, type StoredPicture } from './outcome.js'
import type { Weights } from './weights.js'

export interface SnapshotSettings {
  /** Of the picture; the key of the entry when absent. */
  name?: string
  backend: string
  perBackend: boolean
  rtol: number
  /** In units of the weights; when absent `defaultAtolShare` of the baseline's largest |weight|. */
  atol?: number
}

/** Measured, see docs/weight-image.md: between what another machine changes and what another program changes. */
export const defaultRtol = 1e-3
export const defaultAtolShare = 2e-3

/** The stored snapshot beside the weights of this run, and what follows from it. */
export interface Examined {
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
  weights: Weights,
  test: RunnerTestCase,
  { update, entry }: NextSnapshot,
  settings: SnapshotSettings,
): Examined {
  const { name = entry.key, backend, perBackend } = settings
  const suffix = perBackend ? `.${backend.replace(/\W/g, '')}` : ''
  const picture = `${pictureName(name)}${suffix}.png`
  claimPicture(picture, test)

  const folder = pictureFolder(test.file.filepath)
  const file = join(folder, picture)
  const stored = readPicture(file)
  const baselines = entry.data === undefined ? [] : parseEntry(entry.data)
  const baseline = perBackend ? baselines?.find((one) => one.backend === backend) : baselines?.[0]
  const fingerprint = fingerprintOf(weights)
  return {
    outcome: determineOutcome({
      update,
      picture: stored,
      entry: situationOfEntry(baselines, baseline, () =>
        compareWith(baseline!, stored, weights, fingerprint, settings),
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

/** The largest |weight| of a baseline. */
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
  weights: Weights,
  fingerprint: Fingerprint,
  { rtol, atol = defaultAtolShare * largestOf(baseline) }: SnapshotSettings,
): { comparison: Comparison; belongsToPicture: boolean } {
  const { shape, exact: checksumInEntry } = baseline.fingerprint
  const exact = stored.state === 'present' ? stored.exact : undefined
  // A picture without weights inside went through an image optimiser, or has too many: the entry decides.
  const belongsToPicture = exact === undefined || checksum(exact.shape, exact.values) === checksumInEntry
  if (shape.join() !== weights.shape.join()) {
    return { comparison: { by: 'shape', pass: false, before: shape, after: weights.shape }, belongsToPicture }
  }
  const comparison =
    exact && belongsToPicture
      ? compareWeights(exact.values, weights, { rtol, atol })
      : compareFingerprints(baseline.fingerprint, fingerprint, { rtol, atol })
  return { comparison, belongsToPicture }
}
