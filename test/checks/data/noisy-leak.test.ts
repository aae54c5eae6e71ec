import * as tf from '@tensorflow/tfjs'
import { describe, expect, test } from 'vitest'
import { checkTargetLeak } from '../../../src/checks/data/target-leak.js'
import { normals } from '../../programs/data.js'

const seeds = Array.from({ length: Number(process.env.RUNS ?? 5) }, (_, i) => i + 1)

/** Columns of normal numbers, drawn apart, and a target of them all with noise. */
function tableOf(seed: number, { rows = 400, width = 8 } = {}) {
  const columns = Array.from({ length: width }, (_, k) => Array.from(normals(rows, 100 * seed + k)))
  const noise = normals(rows, 100 * seed + 99)
  const target = columns[0]!.map(
    (_, i) => columns.reduce((sum, column, k) => sum + column[i]! * Math.sin(k + 1), 0) / 2 + 0.5 * noise[i]!,
  )
  return { columns, target }
}

async function leakOf(columns: number[][], target: ArrayLike<number>, seed: number) {
  const xs = tf.tidy(() => tf.tensor2d(columns).transpose()) as tf.Tensor2D
  const ys = tf.tensor2d(Float32Array.from(target), [target.length, 1])
  const result = await checkTargetLeak({ xs, ys }, { identical: true, seed })
  tf.dispose([xs, ys])
  return result
}

const noisy = (values: number[], seed: number, share: number) => {
  const noise = normals(values.length, seed + 7)
  return values.map((value, i) => value + share * noise[i]!)
}

describe.each(seeds)('seed %i', (seed) => {
  const { columns, target } = tableOf(seed)
  const yesNo = target.map((y) => Number(y > 0))

  test.each<[string, number[], number[]]>([
    ['a target in other units', noisy(target, seed, 0.01).map((y) => 3 * y + 1), target],
    ['a rounded target', target.map((y) => Math.round(20 * y)), target],
    ['a class with noise', noisy(yesNo, seed, 0.05).map((y) => 0.6 * y - 0.3), yesNo],
    ['a class of three', noisy(target.map(third), seed, 0.05), target.map(third)],
  ])('%s is a leak', async (_name, column, labels) => {
    const { status, summary, causes } = await leakOf([...columns, column], labels, seed)
    expect(status, summary).toBe('failed')
    expect(summary).toMatch(/^Feature 8 of xs/)
    expect(causes[0]).toMatchObject({
      name: 'target-leak',
      evidence: expect.stringContaining('all other columns'),
    })
  })

  test.each<[string, number[][], number[]]>([
    ['a strong predictor', [...columns, noisy(target, seed, 0.1)], target],
    [
      'the sum of all columns',
      columns,
      columns[0]!.map((_, i) => columns.reduce((sum, x) => sum + x[i]!, 0)),
    ],
    [
      'a state and its speed',
      columns,
      columns[0]!.map((x, i) => x + 0.02 * columns[1]![i]! + 1e-4 * columns[2]![i]!),
    ],
    ['a curve of one column', columns, columns[0]!.map((x) => x + 0.02 * x ** 2)],
    ['lags of a walk', [0, 1, 2, 3].map((k) => walk(seed).slice(k, k + 400)), walk(seed).slice(4, 404)],
    [
      'one lag of a smooth series, scaled apart',
      [
        smooth(seed)
          .slice(0, 400)
          .map((x) => 5 * x - 2),
        ...columns,
      ],
      smooth(seed).slice(1, 401),
    ],
    ['the sign of one column', columns, columns[0]!.map((x) => Number(x > 0))],
    [
      'a class eight deviations apart',
      [
        ...columns,
        noisy(
          yesNo.map((y) => 8 * y),
          seed,
          1,
        ),
      ],
      yesNo,
    ],
    ['classes far apart in every column', columns.map((x) => x.map((v, i) => v + 20 * yesNo[i]!)), yesNo],
    ['a flag that is right in 99 %', [...columns, yesNo.map((y, i) => (i % 100 ? y : 1 - y))], yesNo],
  ])('%s is none', async (_name, inputs, labels) => {
    const { status, summary } = await leakOf(inputs, labels, seed)
    expect(status, summary).toBe('passed')
  })
})

test('a state of which several numbers follow is none', async () => {
  const { columns } = tableOf(1)
  const xs = tf.tidy(() => tf.tensor2d(columns).transpose()) as tf.Tensor2D
  const ys = tf.tidy(() =>
    tf.add(xs.slice([0, 0], [-1, 2]), tf.randomNormal([400, 2], 0, 0.01, 'float32', 1)),
  )
  expect((await checkTargetLeak({ xs, ys }, { identical: true })).status).toBe('passed')
})

function third(y: number): number {
  return y > 0.7 ? 2 : y > -0.7 ? 1 : 0
}

function walk(seed: number): number[] {
  let at = 0
  return Array.from(normals(404, seed), (step) => (at += step))
}

function smooth(seed: number): number[] {
  let [at, speed] = [0, 0]
  return Array.from(normals(401, seed), (push) => {
    speed += 0.1 * push - 0.01 * at
    at += 0.1 * speed
    return at
  })
}
