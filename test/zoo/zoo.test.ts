import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { faulty, healthy } from '../../fixtures/zoo/index.js'
import { disposeData, type Program } from '../../fixtures/zoo/program.js'
import { tensorsOf } from '../../src/training/examples.js'
import { openProgram } from '../../src/training/open.js'

/** What every program of the zoo has to be; what its fault costs is measured by `npm run calibrate`. */

const programs: Program[] = [...healthy, ...faulty]
const names = (all: readonly Program[]) => all.map(({ name }) => name)
const repeated = (values: readonly string[]) => values.filter((value, i) => values.indexOf(value) !== i)

describe('the zoo', () => {
  test('is large enough', () => {
    expect(healthy.length).toBeGreaterThanOrEqual(16)
    expect(faulty.length).toBeGreaterThanOrEqual(90)
    expect(faulty.filter(({ source }) => source === 'StackOverflow').length).toBeGreaterThanOrEqual(20)
  })

  test('has one name for each program', () => {
    expect(repeated(names(programs))).toEqual([])
  })

  test('says of every fault what it is and which causes lead to it', () => {
    const silent = faulty.filter(
      ({ fault, kind, causes }) => fault.length < 10 || kind === '' || causes.length === 0,
    )
    expect(names(silent)).toEqual([])
  })

  test('has the kinds of TheDeepChecker', () => {
    const kinds = new Set(faulty.filter(({ source }) => source === 'TheDeepChecker').map(({ kind }) => kind))
    expect(kinds.size).toBeGreaterThanOrEqual(20)
  })
})

/** A sample, a different one for each residue: all of them take minutes. */
const sample = programs.filter((_, i) => i % 6 === 0)

test.each(sample.map((program) => [program.name, program] as const))(
  'can be created and fed, the same for the same seed: %s',
  async (_name, { create, data }) => {
    const [first, second] = [data(3), data(3)]
    for (const part of ['train', 'validation'] as const) {
      for (const side of ['xs', 'ys'] as const) {
        const [a, b] = [tensorsOf(first[part][side]), tensorsOf(second[part][side])]
        expect(a.map(({ shape }) => shape)).toEqual(b.map(({ shape }) => shape))
        for (const [i, tensor] of a.entries())
          expect(Buffer.from(tensor.dataSync().buffer).equals(Buffer.from(b[i]!.dataSync().buffer))).toBe(
            true,
          )
      }
    }
    disposeData(first)
    const before = tf.memory().numTensors
    const program = await openProgram(create, 3)
    program.dispose()
    expect(tf.memory().numTensors).toBe(before)
    disposeData(second)
  },
)
