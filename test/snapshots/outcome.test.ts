import { expect, test } from 'vitest'
import type { Comparison } from '../../src/snapshots/comparison.js'
import {
  determineOutcome,
  type Outcome,
  passes,
  type Situation,
  type StoredPicture,
  type UpdateMode,
  writes,
} from '../../src/snapshots/outcome.js'

const agrees = {
  by: 'fingerprint',
  pass: true,
  parts: [],
  tolerance: { rtol: 0, atol: 0 },
} satisfies Comparison
const differs = { by: 'shape', pass: false, before: [1], after: [2] } satisfies Comparison
const picture: StoredPicture = { state: 'present', picture: { width: 1, height: 1, data: new Uint8Array(3) } }
const missing: StoredPicture = { state: 'missing' }
const corrupt: StoredPicture = { state: 'corrupt', problem: 'truncated' }
const entry = (comparison: Comparison, belongsToPicture = true): Situation['entry'] => ({
  state: 'present',
  comparison,
  belongsToPicture,
})

/** What happens by default; under `-u` every fault below becomes 'updated'. */
const cases: Array<[string, Situation['entry'], StoredPicture, Outcome['kind']]> = [
  ['numbers agree, picture there', entry(agrees), picture, 'matched'],
  ['numbers differ', entry(differs), picture, 'mismatch'],
  ['numbers differ, picture missing', entry(differs), missing, 'mismatch'],
  ['numbers agree, picture missing', entry(agrees), missing, 'missing-picture'],
  ['picture corrupt', entry(agrees), corrupt, 'corrupt-picture'],
  ['picture corrupt and numbers differ', entry(differs), corrupt, 'corrupt-picture'],
  ['picture of another version', entry(agrees, false), picture, 'foreign-picture'],
  ['entry unreadable', { state: 'unreadable' }, picture, 'corrupt-reference'],
  ['other backends only', { state: 'other-backends', recorded: ['wasm'] }, missing, 'missing-backend'],
]

test.each(cases)('%s', (_, situation, stored, kind) => {
  for (const update of ['new', 'none'] as const) {
    expect(determineOutcome({ update, entry: situation, picture: stored }).kind).toBe(kind)
  }
  const updated = determineOutcome({ update: 'all', entry: situation, picture: stored })
  expect(updated.kind).toBe(kind === 'matched' ? 'matched' : 'updated')
})

test.each<[UpdateMode, Outcome['kind']]>([
  ['new', 'written'],
  ['all', 'written'],
  ['none', 'missing-reference'],
])('no entry, update %s: %s, whatever lies in the folder', (update, kind) => {
  for (const stored of [picture, missing, corrupt]) {
    expect(determineOutcome({ update, entry: { state: 'absent' }, picture: stored }).kind).toBe(kind)
  }
})

test('passing and writing', () => {
  const outcomes: Outcome[] = [
    { kind: 'matched' },
    { kind: 'written' },
    { kind: 'updated' },
    { kind: 'missing-reference' },
    { kind: 'mismatch', comparison: differs },
  ]
  expect(outcomes.map(passes)).toEqual([true, true, true, false, false])
  expect(outcomes.map(writes)).toEqual([false, true, true, false, false])
})
