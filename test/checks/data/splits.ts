import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import * as zoo from '../../../fixtures/zoo/data.js'
import type { Data } from '../../../fixtures/zoo/program.js'
import { circle } from '../../../fixtures/zoo/question-data.js'
import { disposeExamples, gatherExamples } from '../../../src/training/examples.js'
import { permutation } from '../../../src/training/seed.js'
import type { Examples } from '../../../src/training/trainable.js'
import { classes, classIndices, oneHot, quantities, yesNo } from '../../programs/data.js'
import { blobs, irises, labelled } from './data-sets.js'

const require = createRequire(import.meta.url)

/** Draws `held` examples for validation under the seed, and leaves the others in random order. */
export function randomSplit(examples: Examples, held: number, seed: number): Data {
  const order = permutation((examples.ys as tf.Tensor).shape[0]!, seed)
  const data = {
    validation: gatherExamples(examples, order.slice(0, held)),
    train: gatherExamples(examples, order.slice(held)),
  }
  disposeExamples(examples)
  return data
}

/** 1461 days in Seattle in the order of their dates: rain, highest and lowest temperature, wind; five kinds of weather. */
export function weatherByDate(): Examples {
  const days = readFileSync(require.resolve('vega-datasets/data/seattle-weather.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
  const kinds = [...new Set(days.map((day) => day[5]!))].sort()
  const labels = days.map((day) => kinds.indexOf(day[5]!))
  const xs = tf.tidy(() => {
    const raw = tf.tensor2d(days.map((day) => day.slice(1, 5).map(Number)))
    const { mean, variance } = tf.moments(raw, 0)
    return raw.sub(mean).div(variance.sqrt())
  })
  return { xs, ys: oneHot(labels, kinds.length) }
}

const blobsOf = (count: number, seed: number, distance: number, kinds = 3) => {
  const { rows, labels } = blobs(count, seed, { distance, kinds })
  return labelled(rows, labels, kinds)
}

const irisesOf = (count: number, seed: number) => {
  const { rows, labels } = irises(count, seed)
  return labelled(rows, labels, 3)
}

/** Training and validation examples of one source: real ones drawn anew from their set, made ones made anew. */
export const splits: Record<string, (seed: number) => Data> = {
  'MNIST, pixels in rows': zoo.digitVectors,
  'cars, 78 of 392 held out': zoo.cars,
  'cars in their own units': zoo.rawCars,
  'weather, 300 days of 1461 held out': (seed) => randomSplit(weatherByDate(), 300, seed),
  'penguins, 68 of 342 held out': zoo.penguins,
  moons: zoo.moons,
  circle,
  sentences: zoo.sentences,
  'a linear rule': (seed) => randomSplit(classes(900, seed), 300, seed),
  'a linear rule, class indices': (seed) => randomSplit(classIndices(300, seed), 60, seed),
  'one in ten is yes': (seed) => randomSplit(yesNo(800, seed, { rare: 0.1, features: 4 }), 200, seed),
  'a linear rule of numbers': (seed) => randomSplit(quantities(600, seed, { features: 3 }), 150, seed),
  'overlapping blobs': (seed) => randomSplit(blobsOf(900, seed, 1.5), 300, seed),
  'blobs far apart': (seed) => randomSplit(blobsOf(500, seed, 6), 100, seed),
  'ten kinds in eight places': (seed) => randomSplit(blobsOf(1000, seed, 3, 10), 400, seed),
  'irises, 40 of 150 held out': (seed) => randomSplit(irisesOf(150, seed), 40, seed),
  'irises, half of 2000 held out': (seed) => randomSplit(irisesOf(2000, seed), 1000, seed),
}
