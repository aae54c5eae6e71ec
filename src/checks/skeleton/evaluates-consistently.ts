import { causeOfLaw, type Law } from '../../diagnosis/evaluation.js'
import { deals, labelsAreInterchangeable } from '../../diagnosis/label-pairs.js'
import { scaleLearningRate } from '../../diagnosis/trial.js'
import { InvalidArgumentError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { callStep } from '../../training/call-step.js'
import {
  assertExamples,
  countExamples,
  disposeExamples,
  gatherExamples,
  sliceExamples,
} from '../../training/examples.js'
import { learningRateOf } from '../../training/learning-rate.js'
import { lossOf, repeatExamples, weightValues } from '../../training/measure.js'
import { mixesExamples } from '../../training/mixing.js'
import { openProgram } from '../../training/open.js'
import { largestDifference, predictValues, type Values } from '../../training/probe.js'
import { mixSeed, permutation, withSeed } from '../../training/seed.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface EvaluatesConsistentlyOptions extends CheckOptions {
  /** How much of the loss another order of summation may change. Default 1e-4. */
  rtol?: number
}

/** Single precision leaves this much of a loss of size 1 undecided. */
const roundingOfLoss = 1e-6

/**
 * Laws that an evaluation obeys exactly, whatever the model and the data: twice gives the same bits; the loss of the
 * whole is the weighted mean of the losses of its parts; the order of the examples does not matter; every example
 * twice leaves a mean as it is; and one step at learning rate 0 leaves every weight as it was. Costs that one step.
 */
export async function checkEvaluatesConsistently(
  subject: Subject,
  examples: Examples,
  options: EvaluatesConsistentlyOptions = {},
): Promise<CheckResult> {
  const started = performance.now()
  const { rtol = 1e-4, seed = defaultSeed } = options
  assertExamples(examples, 'examples')
  const count = countExamples(examples)
  if (count < 4) {
    throw new InvalidArgumentError(
      'examples',
      `${count} examples`,
      'at least four, to compare parts with the whole',
    )
  }
  if (!(rtol > 0 && rtol < 1)) {
    throw new InvalidArgumentError('options.rtol', String(rtol), 'a share of the loss between 0 and 1')
  }
  const program = await openProgram(subject, seed)
  try {
    const loss = lossOf(program, examples)
    const broken = await withSeed(mixSeed(seed, 'evaluation'), () =>
      brokenLaws(program, examples, { loss, rtol, seed }),
    )
    const [worst] = broken
    return {
      check: 'evaluates-consistently',
      stage: 'skeleton',
      status: worst ? 'failed' : 'passed',
      summary: worst
        ? broken.map(({ finding }) => finding).join(' ')
        : `Evaluation is consistent: the loss ${formatNumber(loss)} of ${count} examples is the same twice, in parts, in another order and with every example twice.`,
      measured: { loss, ...Object.fromEntries(broken.map(({ name, value }) => [name, value])) },
      expected: Object.fromEntries(broken.map(({ name, expected }) => [name, expected])),
      causes: worst ? [causeOfLaw(worst, program, examples)] : [],
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

/** The laws broken, the most basic first; a law that others rest on ends the search. */
async function brokenLaws(
  program: Trainable,
  examples: Examples,
  { loss, rtol, seed }: { loss: number; rtol: number; seed: number },
): Promise<Law[]> {
  const predictions = predictValues(program, examples.xs)
  const repeated = twice(program, examples, loss, predictions)
  if (repeated) return [repeated]
  const mixed = mixesExamples(program, examples, predictions)
  if (mixed) {
    const finding = `Leaving out half of the examples changes the predictions for the others by up to ${formatNumber(mixed.difference)}.`
    return [{ law: 'parts', name: 'change of predictions', value: mixed.difference, expected: 0, finding }]
  }
  const isClose = (a: number, b: number) =>
    Object.is(a, b) || Math.abs(a - b) <= rtol * Math.max(Math.abs(a), Math.abs(b)) + roundingOfLoss
  const laws = [inAnotherOrder(program, examples, seed), everyExampleTwice(program, examples)]
  const broken: Law[] = laws.flatMap(({ value, ...law }) =>
    isClose(value, loss)
      ? []
      : [
          {
            ...law,
            value,
            expected: loss,
            finding: `${law.finding} the loss is ${formatNumber(value)} instead of ${formatNumber(loss)}.`,
          },
        ],
  )
  if (broken.length === 0) {
    const parts =
      inParts(program, examples, loss, isClose) ?? otherPairs(program, examples, { loss, seed, predictions })
    if (parts) broken.push(parts)
  }
  const moved = await atRateZero(program, examples)
  return moved ? [...broken, moved] : broken
}

function twice(
  program: Trainable,
  examples: Examples,
  loss: number,
  first: readonly Values[],
): Law | undefined {
  const second = predictValues(program, examples.xs)
  const change = Math.max(...first.map(({ values }, i) => largestDifference(values, second[i]!.values)))
  const again = lossOf(program, examples)
  if (change === 0 && Object.is(loss, again)) return undefined
  return {
    law: 'twice',
    name: change > 0 ? 'change of predictions' : 'second loss',
    value: change > 0 ? change : again,
    expected: change > 0 ? 0 : loss,
    finding: `Evaluated twice, the same examples give the loss ${formatNumber(loss)} and ${formatNumber(again)}, and predictions that differ by up to ${formatNumber(change)}.`,
  }
}

function inAnotherOrder(program: Trainable, examples: Examples, seed: number): Omit<Law, 'expected'> {
  const permuted = gatherExamples(examples, permutation(countExamples(examples), mixSeed(seed, 'order')))
  const value = lossOf(program, permuted)
  disposeExamples(permuted)
  return { law: 'order', name: 'permuted loss', value, finding: 'With the same examples in another order' }
}

function everyExampleTwice(program: Trainable, examples: Examples): Omit<Law, 'expected'> {
  const doubled = repeatExamples(examples)
  const value = lossOf(program, doubled)
  disposeExamples(doubled)
  return { law: 'doubled', name: 'loss of every example twice', value, finding: 'With every example twice' }
}

/**
 * The loss of the whole against its parts. A loss that averages over what counts (valid tokens, weights) gives the
 * parts weights of their own; the same weights must then explain the whole with the first part counted twice.
 */
function inParts(
  program: Trainable,
  examples: Examples,
  loss: number,
  isClose: (a: number, b: number) => boolean,
): Law | undefined {
  const count = countExamples(examples)
  const head = Math.ceil(count / 3)
  const first = sliceExamples(examples, 0, head)
  const rest = sliceExamples(examples, head, count - head)
  const [a, b] = [lossOf(program, first), lossOf(program, rest)]
  disposeExamples(rest)
  const value = (head * a + (count - head) * b) / count
  const explained = isClose(value, loss) || explainedByWeights()
  disposeExamples(first)
  if (explained) return undefined
  return {
    law: 'parts',
    name: 'mean loss of the parts',
    value,
    expected: loss,
    finding: `The loss of ${count} examples is ${formatNumber(loss)}, but the weighted mean of its parts (${head} and ${count - head}) is ${formatNumber(value)}.`,
  }

  function explainedByWeights(): boolean {
    const share = (loss - b) / (a - b)
    if (!(share > 0 && share < 1)) return false
    const order = Int32Array.from({ length: head + count }, (_, i) => (i < head ? i : i - head))
    const extended = gatherExamples(examples, order)
    const measured = lossOf(program, extended)
    disposeExamples(extended)
    return isClose(measured, (2 * share * a + (1 - share) * b) / (1 + share))
  }
}

/** A loss that is the same whichever example gets which label. */
function otherPairs(
  program: Trainable,
  examples: Examples,
  known: { loss: number; seed: number; predictions: readonly Values[] },
): Law | undefined {
  if (!labelsAreInterchangeable(program, examples, known)) return undefined
  const { loss } = known
  return {
    law: 'pairs',
    name: 'loss with labels of other examples',
    value: loss,
    expected: loss,
    finding: `The loss stays ${formatNumber(loss)} whichever example gets which label (${deals} deals), though it depends on the labels.`,
  }
}

type WeightValues = ReturnType<typeof weightValues>

async function atRateZero(program: Trainable, examples: Examples): Promise<Law | undefined> {
  const before: WeightValues = weightValues(program)
  if (!scaleLearningRate(program, 0)) return undefined
  const loss = await callStep(program, examples)
  const finite = Number.isFinite(loss.dataSync()[0])
  loss.dispose()
  // A program with a schedule of its own sets the rate at each step: then there is no law to break.
  if (!finite || learningRateOf(program.optimizer) !== 0) return undefined
  const after = weightValues(program)
  const changes = before.map(({ values }, i) => largestDifference(values, after[i]!.values))
  const value = Math.max(...changes)
  if (value === 0) return undefined
  const { name } = before[changes.indexOf(value)]!
  const decay = decayOf(before, after)
  if (decay !== undefined) {
    if (decay < mostDecay) return undefined
    return {
      law: 'decay',
      name: 'decay a step',
      value: decay,
      expected: 0,
      finding: `Each step takes ${formatPercent(decay)} off the weights, whatever the gradients.`,
    }
  }
  return {
    law: 'rate',
    name: 'change at rate 0',
    value,
    expected: 0,
    finding: `One step at learning rate 0 changes ${changes.filter((change) => change > 0).length} of ${changes.length} weights, '${name}' by ${formatNumber(value)}.`,
  }
}

/** Decay beside the optimizer is a matter of taste up to this share a step, in which 100 steps leave a third. */
const mostDecay = 0.01

/** The share by which all weights that changed have shrunk, where that is all that happened to them: a decay by hand. */
function decayOf(before: WeightValues, after: WeightValues): number | undefined {
  let [dot, squares, moved] = [0, 0, 0]
  const changes = before.flatMap(({ values }, i) => {
    const now = after[i]!.values
    // Biases are left out of most decays.
    return values.every((value, k) => value === now[k]) ? [] : [{ values, now }]
  })
  for (const { values, now } of changes) {
    for (const [k, value] of values.entries()) {
      dot += (value - now[k]!) * value
      squares += value ** 2
      moved += (value - now[k]!) ** 2
    }
  }
  const share = dot / squares
  if (!(share > 0 && share < 1)) return undefined
  const rest = moved - share * dot
  return rest <= 0.01 * moved ? share : undefined
}
