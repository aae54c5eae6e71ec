import { type Agreement, neighbourAgreement } from '../statistics/neighbour-agreement.js'
import { overfitGoal } from '../statistics/overfit-goal.js'
import { skillByLossOrAnswers } from '../statistics/skill-of-answers.js'
import { sameBatch } from '../training/batches.js'
import { countExamples, disposeExamples } from '../training/examples.js'
import { groupIdenticalInputs } from '../training/identical-inputs.js'
import { openProgram } from '../training/open.js'
import { viewOutputs } from '../training/outputs.js'
import { overfittableBatch } from '../training/overfittable.js'
import { type Run, type RunControl, trainProgram } from '../training/run.js'
import { sampleExamples } from '../training/split.js'
import type { Examples, Subject } from '../training/trainable.js'
import type { Cause } from './cause.js'
import { beginDiagnosis } from './left-to-others.js'
import { causeOfReduction } from './loss-reduction.js'
import { otherOptimizer } from './other-optimizer.js'
import { diagnoseOverfit } from './overfit.js'
import { type Diagnoses, markOf } from './overfit-evidence.js'
import { constantFeatures } from './overfit-leads.js'
import { rareClasses } from './rare-classes.js'
import { overRegularized } from './regularisation.js'
import type { Training } from './retraining.js'

export interface BaselineEvidence {
  subject: Subject
  train: Examples
  /** Examples not trained on, where there are some. */
  heldOut?: Examples
  /** What training on the whole data brought, for the message: "1000 steps on the whole data bring …". */
  outcome: string
  /** Examples a step of the training took. Default 32. */
  batchSize?: number
  /** The training loss fell far, all the same. */
  memorises?: boolean
  /** Examples not trained on were predicted better than by a constant, surely, at some time. */
  gains?: boolean
  seed: number
  control: RunControl
  diagnoses?: Diagnoses | undefined
}

const batchSize = 32
const overfitSteps = 400
/** A custom loss has no known goal: how often its predictions are looked at, and what they have to explain. */
const lookEvery = 40
const fittedShare = 0.85
const mostMeasured = 512
/** So few examples are easily memorised: that comes before a fault in the labels. */
const fewExamples = 100

const constantInputs: Cause = {
  name: 'constant-inputs',
  evidence: 'all training examples drawn at random have the same inputs',
  fix: 'look at the inputs just before the model: a buffer that was never filled, a division that rounds to 0, a wrong slice',
}

/** Standard errors from which on neighbours do agree in their labels. */
const relatedFrom = 5

const tooLittle = (works: string, { evidence }: Agreement): Cause => ({
  name: 'too-little-capacity',
  evidence: `${works}; ${evidence}, so there is something to learn that the model cannot express, or not in so many steps`,
  fix: 'add a hidden layer with a nonlinearity, widen the layers, or train longer',
})

/**
 * Why a program does not beat the best constant prediction. If it cannot overfit a single batch, the cause is the same as
 * for a batch that is not overfitted. If it can, the whole training is repeated with one thing changed, then the data are
 * looked at: do neighbours share their labels, are classes rare, columns constant? Costs up to 400 steps for the batch,
 * and up to 400 for each of at most four trainings.
 */
export async function diagnoseBaseline(evidence: BaselineEvidence): Promise<Cause[]> {
  beginDiagnosis()
  const { subject, train, outcome, seed, control } = evidence
  const count = countExamples(train)
  const batch = await overfittableBatch(subject, train, { most: batchSize, seed })
  try {
    const program = await openProgram(subject, seed)
    let attempt: Run
    let goal: ReturnType<typeof overfitGoal>
    let outputs: ReturnType<typeof viewOutputs>
    try {
      program.disableDropout?.()
      const groups = groupIdenticalInputs(batch)
      if (new Set(groups).size === 1) return [constantInputs]
      outputs = viewOutputs(program, batch, 'train')
      goal = overfitGoal(outputs, groups, {})
      attempt = await trainProgram(program, sameBatch(batch).next, {
        seed,
        steps: overfitSteps,
        probeEvery: 50,
        ...control,
        until(losses) {
          if (!Number.isNaN(goal.loss)) return losses.at(-1)! <= goal.loss ? 'done' : undefined
          if (losses.length % lookEvery !== 0) return undefined
          const skill = skillByLossOrAnswers(viewOutputs(program, batch, 'train'))
          return skill && skill.share >= fittedShare ? 'done' : undefined
        },
      })
    } finally {
      program.dispose()
    }
    const flipped = outputs.flatMap(({ loss }) =>
      loss?.reduction === 'negated' ? causeOfReduction(loss) : [],
    )
    if (flipped.length > 0) return flipped
    if (attempt.end !== 'done')
      return await diagnoseOverfit({
        subject,
        batch,
        outputs,
        goal: Number.isNaN(goal.loss) ? markOf(goal, attempt.losses) : goal,
        run: attempt,
        seed,
        control,
        diagnoses: evidence.diagnoses,
      })
    const measured = sampleExamples(evidence.heldOut ?? train, mostMeasured, seed)
    const training = { subject, train, measured, batchSize: evidence.batchSize ?? batchSize, seed, control }
    const changed = await firstOf(training, [overRegularized, otherOptimizer]).finally(() =>
      disposeExamples(measured),
    )
    if (changed) return [changed]
    const works = `the program overfits one batch of ${countExamples(batch)} in ${attempt.losses.length} steps, so model and optimizer work`
    const related = neighbourAgreement(train, { seed })
    const memorised: Cause = {
      name: 'under-regularized',
      evidence: `${works}; with ${count} examples to train on it may learn them by heart instead of a rule`,
      fix: 'get more data, augment it, or make the model smaller; add dropout or weight decay last',
    }
    if (related && related.surprise > relatedFrom) {
      return [
        ...constantFeatures(train),
        ...rareClasses(train),
        evidence.memorises ? memorised : tooLittle(works, related),
      ]
    }
    // Labels that tell something of unseen examples are no strangers to the inputs.
    if (evidence.gains && evidence.memorises)
      return [...constantFeatures(train), ...rareClasses(train), memorised]
    const causes: Cause[] = [
      ...constantFeatures(train),
      ...rareClasses(train),
      {
        name: 'labels-independent-of-inputs',
        evidence: `${works}; but ${outcome}${related ? `; ${related.evidence}` : ''}`,
        fix: 'check that xs and ys were shuffled together and are in the same order; look at a few examples with their labels',
      },
      memorised,
    ]
    return count < fewExamples ? causes.reverse() : causes.slice(0, -1)
  } finally {
    disposeExamples(batch)
  }
}

/** What the first experiment finds that finds anything. */
async function firstOf(
  training: Training,
  experiments: ReadonlyArray<(training: Training) => Promise<Cause | undefined>>,
): Promise<Cause | undefined> {
  for (const experiment of experiments) {
    const found = await experiment(training)
    if (found) return found
  }
  return undefined
}
