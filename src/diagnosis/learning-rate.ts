import { formatNumber } from '../figures/number.js'
import type { Cause } from './cause.js'
import type { OverfitEvidence } from './overfit-evidence.js'
import { scaleLearningRate, type Trial, tryOverfit } from './trial.js'

const stepsPerTrial = 40
const coarse = 100
const tinyFactor = 1e-3
/** An update of this share of the weights is small enough for the gradient to be right about it. */
const tinyUpdate = 1e-4
const mostCoarseTrials = 4

/**
 * The reference Adam succeeded where the program's optimizer failed: climbs to a learning rate at which the
 * program's own optimizer gets on, first by factors of a hundred, then by one of ten, to say which way the rate is
 * off and what to set. Costs up to 320 steps.
 */
export async function findLearningRate(
  evidence: OverfitEvidence,
  rate: number | undefined,
  adam: Trial & { rate: number },
): Promise<Cause> {
  const { run } = evidence
  const finite = run.losses.filter(Number.isFinite)
  const diverges = run.end === 'non-finite' || finite.at(-1)! > run.losses[0]!
  const start = { factor: 1, loss: Math.min(Infinity, ...finite.slice(0, stepsPerTrial)) }
  if (diverges && rate !== undefined) {
    const factor = Math.min(tinyFactor, tinyUpdate / (run.updateRatios[0]?.value ?? 1))
    const tiny = factor > 0 ? await trialAtFactor(evidence, factor) : undefined
    // On one batch without noise a small enough step along the gradient cannot fail to lower the loss.
    if (tiny && !tiny.cutShort && tiny.best >= tiny.first) {
      return {
        name: 'gradient-sign',
        evidence: `the loss rises from the first step, even at a learning rate of ${formatNumber(rate * factor)} instead of ${formatNumber(rate)}, while Adam brings it down to ${formatNumber(adam.best)}`,
        fix: 'the update goes uphill: check the sign of the gradients handed to the optimizer',
      }
    }
  }
  // A run that blew up needs no higher rate.
  const directions = diverges ? [1 / coarse] : [coarse, 1 / coarse]
  const points = rate === undefined ? [start] : await climb(evidence, start, directions)
  const found = choose(points, run.losses[0]!, evidence.goal.floor)
  const best = found.factor === 1 ? undefined : found
  const reference = `Adam at ${adam.rate} reached ${formatNumber(adam.best)} in ${adam.steps} steps with the same model and batch`
  const tooHigh = best ? best.factor < 1 : diverges
  const current = rate === undefined ? '' : ` (now ${formatNumber(rate)})`
  return {
    name: tooHigh ? 'learning-rate-too-high' : 'learning-rate-too-low',
    evidence: best
      ? `${reference}; this optimizer at a learning rate of ${formatNumber(rate! * best.factor)} instead of ${formatNumber(rate!)} gets to ${formatNumber(best.loss)} in ${stepsPerTrial} steps`
      : reference,
    fix: best
      ? `set the learning rate to about ${formatNumber(rate! * best.factor)}${current}`
      : `use tf.train.adam(${adam.rate}), or ${tooHigh ? 'lower' : 'raise'} the learning rate${current}`,
  }
}

interface Point {
  factor: number
  loss: number
}

/** The points tried, in the order of their rates. */
async function climb(evidence: OverfitEvidence, start: Point, directions: number[]): Promise<Point[]> {
  const points = [start]
  let best = start
  const visit = async (factor: number) => {
    const point = await lossAtFactor(evidence, factor)
    if (!point) return false
    points.push(point)
    const better = point.loss < best.loss
    if (better) best = point
    return better
  }
  for (const direction of directions) {
    for (let i = 1; i <= mostCoarseTrials && (await visit(direction ** i)); i++);
    if (best !== start) break
  }
  const center = best.factor
  for (const fine of [0.1, 10]) if (center * fine !== 1) await visit(center * fine)
  return points.sort((a, b) => a.factor - b.factor)
}

/** The lowest rate that closes most of the gap in a short trial, since the fastest one is the least stable; else the best. */
function choose(points: readonly Point[], start: number, floor: number): Point {
  const best = points.reduce((a, b) => (b.loss < a.loss ? b : a))
  const enough = floor + 0.4 * (start - floor)
  return points.find(({ loss }) => loss <= enough) ?? best
}

async function lossAtFactor(evidence: OverfitEvidence, factor: number): Promise<Point | undefined> {
  const trial = await trialAtFactor(evidence, factor)
  return trial.cutShort ? undefined : { factor, loss: trial.best }
}

function trialAtFactor(
  { subject, batch, seed, goal, control }: OverfitEvidence,
  factor: number,
): Promise<Trial> {
  return tryOverfit(subject, batch, {
    seed,
    steps: stepsPerTrial,
    goal: goal.loss,
    change: (program) => scaleLearningRate(program, factor),
    ...control,
  })
}
