import { finalActivation } from '../training/layers.js'
import { learningRateOf } from '../training/learning-rate.js'
import { openProgram } from '../training/open.js'
import type { Examples, Trainable } from '../training/trainable.js'
import { gradientNorms, lossGradients } from '../training/weight-gradients.js'
import type { Cause, CauseName } from './cause.js'
import { headUnlikeTask } from './head-for-task.js'
import { adamOnOwnLoss } from './hidden-optimizer.js'
import { inputScale } from './input-scale.js'
import { inspectModel } from './inspect-model.js'
import { labelsOnlyAdded } from './label-pairs.js'
import { beginDiagnosis } from './left-to-others.js'
import { lossMixesExamples } from './loss-mixing.js'
import { offsetPredictions } from './offset.js'
import { headPredictsOutOfRange } from './output-range.js'
import type { OverfitEvidence } from './overfit-evidence.js'
import { canReplaceOptimizer, changeOneThing, layersMakeNoise, withoutNoise } from './overfit-experiments.js'
import { leadsOf, whereTheLossStays } from './overfit-leads.js'
import { signatureOfGradients, signatureOfPlateau } from './overfit-signatures.js'
import { causesOfScale } from './scale.js'
import { scheduleOf } from './schedule.js'
import { standardLoss } from './standard-loss.js'
import { causesOfTargetScale } from './target-scale.js'
import { vanishingGradients } from './vanishing.js'
import { largestInitialWeights } from './weight-scale.js'

/**
 * Why a batch was not overfitted, most likely cause first. Reads the curve first, since some numbers name their
 * fault; then experiments, each with one thing changed: the optimizer, the scale of the inputs, the penalty.
 * Costs up to about 700 steps, spent only after a failure.
 */
export async function diagnoseOverfit(evidence: OverfitEvidence): Promise<Cause[]> {
  beginDiagnosis()
  const { seed, diagnoses } = evidence
  const known = diagnoses?.get(seed)
  if (known) return [...known]
  const causes = await examine(evidence)
  if (causes[0] && !vague.has(causes[0].name)) diagnoses?.set(seed, causes)
  return causes
}

const farTargets = 100

/** Where nothing else was found: another batch may show more. */
const vague: ReadonlySet<CauseName> = new Set([
  'too-little-capacity',
  'inputs-ignored',
  'labels-independent-of-inputs',
])

async function examine(evidence: OverfitEvidence): Promise<Cause[]> {
  const { outputs, run } = evidence
  const program = await openProgram(evidence.subject, evidence.seed)
  let structure: Cause[]
  let activation: string | undefined
  let rate: number | undefined
  let scale: Cause[]
  let broadcast: Cause[]
  let added: Cause[]
  let hasPenalty: boolean
  let canSwapOptimizer: boolean
  let hasGradients: boolean
  let hasNoise: boolean
  let vanishing: Cause[]
  let gradient: number | undefined
  try {
    activation = outputs.length === 1 ? finalActivation(program.layers) : undefined
    structure = inspectModel(program, evidence.batch)
    rate = learningRateOf(program.optimizer)
    scale = causesOfScale(inputScale(evidence.batch.xs), largestInitialWeights(program.layers))
    broadcast = outputs.some(({ loss }) => !loss) ? lossMixesExamples(program, evidence.batch) : []
    added = outputs.some(({ loss }) => !loss) ? labelsOnlyAdded(program, evidence.batch, evidence.seed) : []
    hasPenalty = run.penalties.length > 0 && program.disablePenalty !== undefined
    canSwapOptimizer = canReplaceOptimizer(program)
    gradient = run.gradientNorms[0]?.value ?? totalGradient(program, evidence.batch)
    vanishing = vanishingGradients(program, evidence.batch)
    hasGradients = lossHasGradients(program, evidence.batch)
    hasNoise = program.disableDropout === undefined && layersMakeNoise(program.layers ?? [])
  } finally {
    program.dispose()
  }
  const certain = [
    ...offsetPredictions(evidence),
    ...outputs.flatMap(
      (output) => headPredictsOutOfRange(output, activation) ?? headUnlikeTask(output, activation) ?? [],
    ),
    ...structure.filter(({ name }) => name === 'redundant-softmax'),
    ...broadcast,
    ...(scale.length > 0 ? [] : vanishing),
    ...(added.length > 0 ? added : signatureOfPlateau(evidence)),
    ...(scale.length > 0 ? [] : signatureOfGradients(evidence, rate, gradient)),
  ]
  if (certain.length > 0) return distinct([...certain, ...structure])
  const schedule = rate === undefined ? [] : await scheduleOf(evidence)
  const noise = schedule.length === 0 && hasNoise ? await withoutNoise(evidence) : []
  const decided = [...schedule, ...noise]
  const experiments =
    decided.length === 0 && canSwapOptimizer ? await changeOneThing(evidence, rate, hasPenalty) : []
  // Gradients grow with the targets: so far off, no rate is right for long.
  const far = run.end === 'non-finite' ? causesOfTargetScale(outputs, farTargets) : []
  // Inputs off scale ask for another rate, too: that is not what is wrong with them.
  const onOwnLoss =
    decided.length === 0 && !canSwapOptimizer && hasGradients && scale.length === 0
      ? await adamOnOwnLoss(evidence)
      : undefined
  const found = [...decided, ...experiments, ...(onOwnLoss ?? []), ...structure, ...scale, ...far]
  if (found.some(({ name }) => name !== 'too-little-capacity')) return distinct(found)
  const leads = [...(await standardLoss(evidence)), ...leadsOf(evidence), ...found]
  const triedAdam = decided.length === 0 && (canSwapOptimizer || onOwnLoss !== undefined)
  return distinct(leads.length > 0 ? leads : [whereTheLossStays(evidence, triedAdam)])
}

const lossHasGradients = (program: Trainable, batch: Examples): boolean =>
  lossGradients(program, batch, (gradients) => Object.keys(gradients).length > 0) ?? false

function totalGradient(program: Trainable, batch: Examples): number | undefined {
  const norms = gradientNorms(program, batch)
  return norms && Math.hypot(...Object.values(norms))
}

function distinct(causes: Cause[]): Cause[] {
  return causes.filter((cause, i) => causes.findIndex(({ name }) => name === cause.name) === i)
}
