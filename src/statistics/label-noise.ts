import { mixSeed, permutation } from '../training/seed.js'
import { nearest } from './nearest.js'
import type { Points } from './neighbours.js'
import { binomialAtLeast } from './probability.js'

/** How the given labels compare with those their neighbourhood, or a linear model, suggests. */
export interface LabelNoise {
  /** Share of labels that differ from the suggestion where it is sure. */
  rate: number
  /** And where it is not. */
  unsureRate: number
  /** Chance of as many differences where the model is sure in healthy data: the larger of two tests. */
  p: number
  alarm: boolean
  /** Share of labels predicted. */
  accuracy: number
  suspects: Array<{ point: number; given: number; suggested: number; certainty: number }>
  model: 'neighbours' | 'linear model'
}

const neighbours = 15
const folds = 4
/** Neighbours this good need no second opinion. */
const goodSkill = 0.75
/** Sure predictions of healthy data err about this often at the most. */
const mostSureErrors = 0.015
/**
 * Classes that overlap err where they meet, noise errs everywhere. The largest rate of sure errors, as a share of
 * the rate of unsure ones, measured on overlapping classes: by how good the model is.
 */
const overlap = [
  { skill: 0.5, ratio: 0.3 },
  { skill: 0.3, ratio: 0.6 },
]
const chance = 1e-5

/**
 * Label noise as confident learning sees it (Northcutt, Jiang and Chuang, 2021): labels that a model which was not
 * shown them contradicts with confidence. Overlapping classes are no noise. They err where the model is unsure and
 * hardly where it is sure, while labels flipped at random are wrong at the same rate everywhere. So the half of the
 * examples that the model is most sure of is compared with the other half: an alarm needs more than 1.5 % errors among
 * the sure ones and a rate there above 0.3 times that of the others (0.6 times where the model is poor; none below a
 * skill of 0.3), each by a binomial test at 1e-5. The model is the better of
 * 15 neighbours and a cross-validated linear softmax.
 */
export function findLabelNoise(points: Points, of: Int32Array, classes: number, seed: number): LabelNoise {
  const counts = new Float64Array(classes)
  for (const label of of) counts[label]!++
  const guess = Math.max(...counts) / points.count
  const skillOf = ({ accuracy }: { accuracy: number }) => (accuracy - guess) / (1 - guess)
  const near = candidate('neighbours', byNeighbours(points, of, classes), of, classes)
  const candidates = [near]
  if (skillOf(near) < goodSkill) {
    candidates.push(candidate('linear model', byLinearModel(points, of, classes, seed), of, classes))
  }
  const { model, probabilities, accuracy, suggested, certainty } = candidates.reduce((a, b) =>
    b.accuracy > a.accuracy + 0.01 ? b : a,
  )
  const order = permutation(points.count, mixSeed(seed, 'ties')).sort((a, b) => certainty[b]! - certainty[a]!)
  const half = points.count >> 1
  const errors = (rows: Int32Array) =>
    rows.reduce((sum, row) => sum + (suggested[row] === of[row] ? 0 : 1), 0)
  const [sure, unsure] = [errors(order.slice(0, half)), errors(order.slice(half))]
  const rate = sure / half
  const unsureRate = unsure / (points.count - half)
  const skill = skillOf({ accuracy })
  const ratio = overlap.find((one) => skill > one.skill)?.ratio
  const p = Math.max(
    binomialAtLeast(sure, half, mostSureErrors),
    ratio === undefined ? 1 : binomialAtLeast(sure, sure + unsure, ratio / (1 + ratio)),
  )
  const suspects = [...order]
    .filter((row) => suggested[row] !== of[row] && probabilities[row * classes + of[row]!]! < 0.2)
    .map((row) => ({ point: row, given: of[row]!, suggested: suggested[row]!, certainty: certainty[row]! }))
  return {
    rate,
    unsureRate,
    p,
    alarm: p < chance,
    accuracy,
    suspects,
    model,
  }
}

function candidate(model: LabelNoise['model'], probabilities: Float64Array, of: Int32Array, classes: number) {
  const suggested = new Int32Array(of.length)
  const certainty = new Float64Array(of.length)
  let right = 0
  for (let i = 0; i < of.length; i++) {
    let best = 0
    for (let k = 1; k < classes; k++) {
      if (probabilities[i * classes + k]! > probabilities[i * classes + best]!) best = k
    }
    suggested[i] = best
    certainty[i] = probabilities[i * classes + best]!
    if (best === of[i]) right++
  }
  return { model, probabilities, suggested, certainty, accuracy: right / of.length }
}

/** Shares of the classes among the nearest others. */
function byNeighbours(points: Points, of: Int32Array, classes: number): Float64Array {
  const k = Math.min(neighbours, points.count - 1)
  const found = nearest(points, points, k)
  const shares = new Float64Array(points.count * classes)
  for (let i = 0; i < points.count; i++) {
    for (let n = 0; n < k; n++) shares[i * classes + of[found[i * k + n]!]!]! += 1 / k
  }
  return shares
}

/** Cross-validated softmax regression: 50 steps of gradient descent with momentum, a small penalty. */
function byLinearModel(points: Points, of: Int32Array, classes: number, seed: number): Float64Array {
  const { count, width } = points
  const fold = permutation(count, mixSeed(seed, 'folds')).map((place) => place % folds)
  const probabilities = new Float64Array(count * classes)
  const stride = width + 1
  const scores = new Float64Array(classes)
  const predict = (weights: Float64Array, row: number) => {
    let largest = -Infinity
    for (let c = 0; c < classes; c++) {
      let score = weights[c * stride + width]!
      for (let d = 0; d < width; d++) score += weights[c * stride + d]! * points.values[row * width + d]!
      scores[c] = score
      if (score > largest) largest = score
    }
    let sum = 0
    for (let c = 0; c < classes; c++) sum += scores[c] = Math.exp(scores[c]! - largest)
    for (let c = 0; c < classes; c++) scores[c]! /= sum
  }
  let size = 0
  for (const value of points.values) size += value * value
  const rate = 4 / (1 + size / count / Math.sqrt(width))
  for (let held = 0; held < folds; held++) {
    const weights = new Float64Array(classes * stride)
    const velocity = new Float64Array(classes * stride)
    const gradient = new Float64Array(classes * stride)
    for (let step = 0; step < 50; step++) {
      gradient.fill(0)
      let used = 0
      for (let row = 0; row < count; row++) {
        if (fold[row] === held) continue
        used++
        predict(weights, row)
        for (let c = 0; c < classes; c++) {
          const error = scores[c]! - (of[row] === c ? 1 : 0)
          if (Math.abs(error) < 1e-4) continue
          for (let d = 0; d < width; d++) gradient[c * stride + d]! += error * points.values[row * width + d]!
          gradient[c * stride + width]! += error
        }
      }
      for (let w = 0; w < weights.length; w++) {
        velocity[w] = 0.9 * velocity[w]! - rate * (gradient[w]! / used + 1e-4 * weights[w]!)
        weights[w]! += velocity[w]!
      }
    }
    for (let row = 0; row < count; row++) {
      if (fold[row] !== held) continue
      predict(weights, row)
      probabilities.set(scores, row * classes)
    }
  }
  return probabilities
}
