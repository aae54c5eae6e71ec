import { markOf } from '../../diagnosis/overfit-evidence.js'
import { InvalidArgumentError, MissingInformationError } from '../../errors.js'
import { accuracyOf } from '../../statistics/attainable-loss.js'
import { concordanceOf } from '../../statistics/concordance.js'
import { isRegression } from '../../statistics/losses.js'
import { type OverfitGoal, overfitGoal } from '../../statistics/overfit-goal.js'
import { skillOf } from '../../statistics/skill.js'
import { withStandInLosses } from '../../statistics/stand-in-loss.js'
import { isOnlyOffset, lineOf } from '../../statistics/straight-line.js'
import { sameBatch } from '../../training/batches.js'
import { countExamples } from '../../training/examples.js'
import { groupIdenticalInputs, groupIdenticalPrefixes } from '../../training/identical-inputs.js'
import { allLayers, isNoisy, keepsState } from '../../training/layers.js'
import { openProgram } from '../../training/open.js'
import { type OutputView, viewOutputs, viewsInTraining } from '../../training/outputs.js'
import { type Run, trainProgram } from '../../training/run.js'
import type { Examples, Subject, Trainable } from '../../training/trainable.js'
import type { Onlookers } from '../onlookers.js'
import { type CheckOptions, controlOf, wasCutShort } from '../options.js'

export interface OverfitBatchOptions extends CheckOptions {
  /** The most steps to train. Default 2000; a run stops as soon as it is there, or at a plateau. */
  steps?: number
  /**
   * The loss to reach. Default: from the floor of the labels, 5 % of the way up to the best constant
   * prediction for cross-entropies, 15 % for other losses.
   * The floor is 0 for hard labels and distinct inputs.
   */
  loss?: number
  /** The accuracy to reach, for classifiers. Default 1: every label predicted, save contradictory duplicates. */
  accuracy?: number
  /**
   * The axis of time of a causal model with a label for every step. Where two examples begin alike, what follows
   * cannot be known at these steps: that much loss and accuracy is not asked for.
   */
  causal?: { axis: number }
  /** Checks that look on at the first steps; a recipe's. */
  onlookers?: Onlookers
}

/** One fresh program, trained on the batch until it fits or stops getting on. */
export interface Attempt {
  run: Run
  goal: OverfitGoal
  /** The marks the diagnosis reads the run against. */
  judgedBy: OverfitGoal
  /** Labels and predictions before training, with the program's own loss. */
  outputs: OutputView[]
  /** The same after training. */
  fitted: OutputView[]
  accuracy: number | undefined
  /** The loss is a custom one, without a known goal: the predictions decide. */
  byPredictions: boolean
}

/** A plateau: the best loss of the last so many steps is not lower than the best before by the least gain. */
const plateauSteps = 200
const leastGain = 0.01
/** How often the predictions of a program with a custom loss are looked at, and how much they have to explain. */
const lookEvery = 25
export const explainedShare = 0.85
/** … or in which order they put the examples, and how little of a loss is nothing. */
const leastOrder = 0.9
const littleLoss = 0.01
const noLoss = 0.001
/** Within this factor of its goal a program goes on beyond its steps, for half as many again. */
const nearGoal = 1.25
const overtime = 1.5

export async function attempt(
  subject: Subject,
  batch: Examples,
  seed: number,
  { leavesPlateaus, onlookers, ...options }: OverfitBatchOptions & { leavesPlateaus: boolean },
): Promise<Attempt> {
  const { steps = 2000 } = options
  const program = await openProgram(subject, seed)
  const watching =
    onlookers && canBeShared(program) ? onlookers.begin(program, batch, { ...options, seed }) : undefined
  try {
    program.disableDropout?.()
    const own = viewOutputs(program, batch, 'batch')
    const byPredictions = options.loss === undefined && own.some(({ loss }) => !loss)
    const outputs = byPredictions ? (withStandInLosses(own) ?? own) : own
    const goal = goalFor(outputs, batch, byPredictions, options)
    let accuracy: number | undefined
    let nextLook = lookEvery
    const run = await trainProgram(program, sameBatch(batch).next, {
      seed,
      // One that is nearly there when its steps are spent gets some more.
      steps: Math.ceil(overtime * steps),
      probeEvery: 50,
      ...controlOf(options),
      makeStep: () => watching?.nextStep(),
      until(losses, { updateRatios }) {
        // The same loss again and again: gradients gathered over some steps would have been applied by now.
        if (losses.length > stillSteps && updateRatios.every(({ value }) => value === 0) && isStill(losses))
          return 'plateau'
        if (byPredictions) {
          if (losses.length < nextLook) return undefined
          nextLook += lookEvery
          const views = viewsInTraining(program, batch, outputs)
          accuracy = accuracyOf(views)
          if (fits(views, accuracy, goal) || tellsLabels(own, views, losses, countExamples(batch)))
            return 'done'
        } else if (losses.at(-1)! <= goal.loss) {
          accuracy = accuracyInTraining(program, batch, outputs)
          if (accuracy === undefined || accuracy >= goal.accuracy - 1e-9) return 'done'
        }
        if (losses.length >= steps && !(losses.at(-1)! <= nearGoal * goal.loss)) return 'plateau'
        return leavesPlateaus && isPlateau(losses, goal) ? 'plateau' : undefined
      },
    })
    const attempted: Attempt = {
      run,
      goal,
      judgedBy: byPredictions ? markOf(goal, run.losses) : goal,
      outputs: own,
      fitted: viewsInTraining(program, batch, own),
      accuracy: accuracyInTraining(program, batch, outputs),
      byPredictions,
    }
    if (!wasCutShort(run.end)) await watching?.finish()
    return attempted
  } finally {
    watching?.dispose()
    program.dispose()
  }
}

/**
 * Whether a program takes the same steps with noise switched off, and with looks at its predictions in between, as when
 * others look on at it alone.
 */
const canBeShared = ({ layers }: Trainable): boolean =>
  layers !== undefined && !allLayers(layers).some((layer) => isNoisy(layer) || keepsState(layer))

/**
 * Half of the way and no further: initial weights in a bad place can do that to a sound program with few units (the
 * plateaus of XOR), so that other ones get a try, with all steps. A program that got nowhere is not given a second.
 */
export function cameHalfWay({ run, goal, byPredictions }: Attempt): boolean {
  if (run.end !== 'plateau' && run.end !== 'steps') return false
  if (byPredictions || goal.constant === undefined) return false
  return Math.min(...run.losses) <= (goal.constant + goal.floor) / 2
}

/** A number for each example, or for each step of each, the same where the same is known. */
function knownBy(batch: Examples, outputs: OutputView[], causal: OverfitBatchOptions['causal']): Int32Array {
  const prefixes = causal && groupIdenticalPrefixes(batch, causal.axis)
  return prefixes && outputs.every(({ labels }) => labels.rows === prefixes.length)
    ? prefixes
    : groupIdenticalInputs(batch)
}

function goalFor(
  outputs: OutputView[],
  batch: Examples,
  byPredictions: boolean,
  options: OverfitBatchOptions,
): OverfitGoal {
  const groups = knownBy(batch, outputs, options.causal)
  const attainable = overfitGoal(outputs, groups, options)
  // Nobody knows how far back a causal model looks, nor what else a custom loss wants.
  const share = options.accuracy !== undefined ? 1 : byPredictions ? 0.95 : options.causal ? 0.9 : 1
  const goal = { ...attainable, accuracy: share * attainable.accuracy }
  if (Number.isNaN(goal.loss)) {
    throw new MissingInformationError(
      'options.loss',
      'nothing, with a custom loss that is none of the standard ones',
      'the loss to reach on this batch, as a number',
    )
  }
  if (goal.constant !== undefined && goal.constant - goal.floor < 1e-6 && options.loss === undefined) {
    const sameInputs = new Set(groups).size === 1 && groups.length > 1
    throw new InvalidArgumentError(
      'batch',
      sameInputs ? 'the same inputs in every example' : 'the same label for every example',
      'different inputs with at least two different labels: any constant prediction overfits this batch',
      sameInputs ? 'constant-inputs' : 'class-imbalance',
    )
  }
  return goal
}

/** Accuracy of the program as it trains. */
function accuracyInTraining(program: Trainable, batch: Examples, outputs: OutputView[]): number | undefined {
  return accuracyOf(outputs) === undefined ? undefined : accuracyOf(viewsInTraining(program, batch, outputs))
}

/** Every class right, and of quantities as much explained as is asked for. */
function fits(views: OutputView[], accuracy: number | undefined, goal: OverfitGoal): boolean {
  const quantities = views.filter(({ loss }) => loss && isRegression(loss.kind))
  if (accuracy !== undefined && accuracy < goal.accuracy - 1e-9) return false
  return quantities.length === 0 || skillOf(quantities)!.share >= explainedShare
}

/**
 * A custom loss may want something else than the labels: a log rate, a distance. Fitted, it puts the examples in the
 * order of their labels, or in reverse where its loss has come down to nothing.
 */
function tellsLabels(
  own: OutputView[],
  views: OutputView[],
  losses: readonly number[],
  examples: number,
): boolean {
  const [output] = views
  if (views.length !== 1 || own[0]!.loss) return false
  const order = concordanceOf(own[0]!.labels, output!.predictions)?.order ?? 0
  const last = losses.at(-1)!
  const line = lineOf(own[0]!.labels, output!.predictions)
  if (line && isOnlyOffset(line)) return false
  // Steps of a sequence may be left out of a loss, as padding is: which ones cannot be seen.
  if (own[0]!.labels.rows > examples && last >= 0 && last < noLoss * losses[0]!) return true
  return order >= leastOrder || (order <= -leastOrder && last >= 0 && last < littleLoss * losses[0]!)
}

const stillSteps = 50

const isStill = (losses: readonly number[]): boolean =>
  losses.slice(-stillSteps).every((loss) => loss === losses[0])

function isPlateau(losses: readonly number[], goal: OverfitGoal): boolean {
  if (losses.length < 2 * plateauSteps) return false
  const recent = Math.min(...losses.slice(-plateauSteps))
  const before = Math.min(...losses.slice(0, -plateauSteps))
  return before - recent < leastGain * Math.max(before - goal.floor, 0)
}
