import * as tf from '@tensorflow/tfjs'
import { diagnoseInitLoss, type InitLossEvidence } from '../../diagnosis/init-loss.js'
import { lossForQuantities } from '../../diagnosis/loss-for-task.js'
import { unreachableShare } from '../../diagnosis/output-range.js'
import { largestInitialWeights } from '../../diagnosis/weight-scale.js'
import { InvalidArgumentError, MissingInformationError } from '../../errors.js'
import { formatNumber, formatPercent } from '../../figures/number.js'
import { type InitLossRange, initLossRange, lossOfOutputs, zeroHeadLoss } from '../../statistics/init-loss.js'
import { assertExamples, countExamples, describe } from '../../training/examples.js'
import { allLayers, finalActivation } from '../../training/layers.js'
import { mixesExamples } from '../../training/mixing.js'
import { openProgram } from '../../training/open.js'
import { type OutputView, viewPredictions, viewsInTraining } from '../../training/outputs.js'
import { type Values, valuesOf } from '../../training/probe.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import { type CheckOptions, defaultSeed } from '../options.js'
import type { CheckResult } from '../result.js'

export interface InitLossOptions extends CheckOptions {
  /** The batch to measure on; 32 to 1024 examples. */
  on: Examples
  /** The loss a fresh program should have. Default: derived from the loss and the labels. */
  expected?: number
  /**
   * How far the loss of the fresh program may be from `expected`, as a share of it. Default: 0.5 for
   * cross-entropies, of log 10 at the least (95 % of healthy nets with ten classes stay below 1.34 × log C, the
   * mildest fault reaches 2.6 × log C); 9 for the other losses, of 1 at the least, since they depend on the scale
   * of the first predictions.
   */
  tolerance?: number
}

/** With the head zeroed the loss is exact: single precision leaves this share. */
const exactTolerance = 1e-4
/** Targets a little beyond the ends of an activation are noise. */
const mostUnreachable = 0.05

/**
 * Verifies the loss at initialisation (Karpathy: "verify loss @ init"). Two measurements: the loss of the fresh
 * program against the expectation, with a tolerance; and, where the last layer can be zeroed, the loss of equal
 * predictions, which is known exactly: log C for a softmax whatever the labels, log 2 for a sigmoid, the
 * reference loss of the constant otherwise. Costs no training step: two forward passes and a half (of a program that
 * cannot tell the loss of given predictions: four and a half).
 */
export async function checkInitLoss(subject: Subject, options: InitLossOptions): Promise<CheckResult> {
  const started = performance.now()
  const { on, expected: given, seed = defaultSeed } = options
  assertExpected(given, options.tolerance)
  assertExamples(on, 'on')
  const program = await openProgram(subject, seed)
  try {
    const { outputs, loss: inInference, predictions } = lookAt(program, on)
    const range = initLossRange(outputs, { expected: given, tolerance: options.tolerance })
    if (!range) {
      throw new MissingInformationError(
        'expected',
        'nothing, with a custom loss that is none of the standard ones',
        'the loss a fresh model should have, as a number',
      )
    }
    // First: a prediction in training mode moves the statistics of batch normalisation.
    const mixed = mixesExamples(program, on, predictions)
    const loss = firstLoss(inInference, { program, on, outputs, range })
    const weights = loss <= range.high ? undefined : largestInitialWeights(program.layers)
    const zeroed = program.zeroHead?.() ?? false
    const flat = zeroed ? lookAt(program, on) : undefined
    const zeroHead = flat?.loss
    const exact = flat && zeroHeadLoss(flat.outputs)
    const evidence: InitLossEvidence = {
      loss,
      range,
      exact,
      zeroHead,
      outputs,
      mixed,
      inputs: on.xs,
      layers: program.layers,
      weights,
      examples: countExamples(on),
    }
    const failures = failuresOf(evidence)
    return {
      check: 'init-loss-near',
      stage: 'skeleton',
      status: failures.length === 0 ? 'passed' : 'failed',
      summary:
        failures.length === 0
          ? `Loss at initialisation ${formatNumber(loss)}, expected ${formatNumber(range.expected)}${zeroHead === undefined ? '' : ` (exactly ${formatNumber(zeroHead)} with the head zeroed)`}.`
          : failures.join(' '),
      measured: { loss, ...(zeroHead !== undefined && { zeroHeadLoss: zeroHead }) },
      expected: {
        loss: range.expected,
        range: `${formatNumber(range.low)} … ${formatNumber(range.high)}`,
        ...(zeroHead !== undefined && exact !== undefined && { zeroHeadLoss: exact }),
      },
      causes: failures.length === 0 ? [] : diagnoseInitLoss(evidence),
      seed,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    program.dispose()
  }
}

/** Outputs, loss and predictions, of one forward pass where the program can tell the loss of given predictions. */
function lookAt(
  program: Trainable,
  on: Examples,
): { outputs: OutputView[]; loss: number; predictions: Values[] } {
  const predictions = [program.predict(on.xs)].flat()
  try {
    const outputs = viewPredictions(predictions, program, on, 'on')
    const loss = scalarValue(program.lossOfPredictions?.(predictions, on) ?? program.loss(on))
    return { outputs, loss, predictions: predictions.map(valuesOf) }
  } finally {
    tf.dispose(predictions)
  }
}

/**
 * The loss in inference mode; of a program with batch normalisation the loss it starts to train with, where the other
 * is too large: its moving statistics have not seen any data yet.
 */
function firstLoss(
  loss: number,
  {
    program,
    on,
    outputs,
    range,
  }: { program: Trainable; on: Examples; outputs: OutputView[]; range: InitLossRange },
): number {
  const normalises = allLayers(program.layers ?? []).some(
    (layer) => layer.getClassName() === 'BatchNormalization',
  )
  if (loss <= range.high || !normalises || !program.predictInTraining) return loss
  const training = lossOfOutputs(viewsInTraining(program, on, outputs)) ?? Infinity
  return training < loss ? training : loss
}

function failuresOf({ loss, range, exact, zeroHead, mixed, outputs, layers }: InitLossEvidence): string[] {
  const failures = outputs.flatMap((output) => lossForQuantities(output)?.evidence ?? []).map(sentence)
  if (!(loss >= range.low && loss <= range.high)) {
    failures.push(
      `Loss at initialisation is ${formatNumber(loss)}; expected ${formatNumber(range.expected)} (accepted: ${formatNumber(range.low)} to ${formatNumber(range.high)}).`,
    )
  }
  if (
    zeroHead !== undefined &&
    exact !== undefined &&
    !(Math.abs(zeroHead - exact) <= exactTolerance * Math.max(1, Math.abs(exact)))
  ) {
    failures.push(
      `With the last layer zeroed all predictions are equal and the loss must be ${formatNumber(exact)} exactly; it is ${formatNumber(zeroHead)}.`,
    )
  }
  const activation = outputs.length === 1 ? finalActivation(layers) : undefined
  const unreachable = Math.max(0, ...outputs.map((output) => unreachableShare(output, activation)))
  if (unreachable > mostUnreachable) {
    failures.push(
      `${formatPercent(unreachable)} of the targets' variance lies where the ${activation} of the last layer cannot reach.`,
    )
  }
  if (mixed) {
    failures.push(
      `The prediction for an example changes by up to ${formatNumber(mixed.difference)} with the other examples in its batch; in inference mode it must not.`,
    )
  }
  return failures
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`

function assertExpected(expected: number | undefined, tolerance: number | undefined): void {
  if (expected !== undefined && !Number.isFinite(expected)) {
    throw new InvalidArgumentError(
      'expected',
      describe(expected),
      'a finite number, such as Math.log(10) for ten classes',
    )
  }
  if (tolerance !== undefined && !(tolerance > 0)) {
    throw new InvalidArgumentError(
      'tolerance',
      describe(tolerance),
      'a positive share of the expected loss, such as 0.5',
    )
  }
}

function scalarValue(scalar: tf.Scalar): number {
  const value = scalar.dataSync()[0]!
  scalar.dispose()
  return value
}
