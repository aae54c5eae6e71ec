import { InvalidArgumentError } from '../errors.js'
import type { Recipe } from '../recipe/recipe.js'
import { mean } from '../statistics/estimates.js'
import { holmAdjusted } from '../statistics/holm.js'
import { plannedBoundary } from '../statistics/planned-looks.js'
import type { StoppingBoundary } from '../statistics/sequential.js'
import { countExamples, describe } from '../training/examples.js'
import { isShare, type MetricName } from '../training/metric.js'
import { type AblationProgress, ablationTrainer } from './ablation-trainer.js'
import type { ArmRun } from './arm-run.js'
import { assertCanDecide, type Plan } from './can-decide.js'
import { type Comparison, compare, type Verdict } from './comparison.js'
import { type Difference, differencesOf } from './differences.js'
import { type Hypothesis, readHypothesis, sayHypothesis } from './hypothesis.js'
import { openJournal } from './journal.js'
import { type ArmPlan, planOf } from './recipe-plan.js'

/** Arms by name: each the base recipe with one thing changed, or a function that changes it. */
export type Arms = Record<string, Recipe | ((base: Recipe) => Recipe)>

export interface AblationOptions {
  /** What each change is said to do, by arm. An arm without one is measured and described; it cannot fail. */
  hypothesis?: Record<string, string | Hypothesis>
  /** What arms without a hypothesis are measured by. Default 'loss'. */
  metric?: MetricName
  /** Steps that every arm trains. Default: the recipe's `steps`, else 500. */
  steps?: number
  /** Seeds at most; an arm stops sooner when its verdict is clear. Default 8. */
  seeds?: number
  /** The first seed; the others follow. Default 42. */
  seed?: number
  /** The chance, over all arms together, that a hypothesis is called supported though it is wrong. Default 0.05. */
  alpha?: number
  /**
   * The standard deviation of effects over seeds, as an earlier report prints it, and the effect to be found. The
   * ablation is refused when its seeds could not find that effect with a chance of `power` (0.8).
   */
  plan?: Plan
  /** A file that keeps finished runs, so that an ablation that was interrupted goes on; deleted at its end. */
  journal?: string
  signal?: AbortSignal
  /** `performance.now()` at which to stop. */
  deadline?: number
  onProgress?: (progress: AblationProgress) => void
}

export interface ArmReport extends Omit<Comparison, 'finished'> {
  arm: string
  /** What differs from the base. */
  changes: Difference[]
  /** In words; undefined for an arm that is only described. */
  hypothesis: string | undefined
  /** The hypothesis, or what the arm was measured by. */
  claim: Hypothesis
  verdict: Verdict
  /** Adjusted by Holm's procedure over the arms with a hypothesis. */
  pAdjusted: number
  /** Means over the seeds that count, without and with the change. */
  without: number
  withChange: number
  seeds: number[]
  steps: number
  seconds: number
}

export interface AblationReport {
  name: string
  /** Every hypothesis is supported. */
  passed: boolean
  /** Stopped by signal or deadline before every arm had its verdict. */
  interrupted: boolean
  arms: ArmReport[]
  steps: number
  alpha: number
  /** Training steps and seconds spent now; runs taken from the journal cost nothing. */
  stepsSpent: number
  seconds: number
}

const baseName = 'base'
/** An arm without a hypothesis: is it different at all? */
const anyChange = (metric: MetricName): Hypothesis => ({ metric, effect: 'lowers', by: 0, unit: 'absolute' })

/**
 * Trains the base and every arm under the same seeds, on the same batches and for the same number of steps, and
 * compares them on the same validation examples, seed by seed, until each hypothesis is supported, refuted, or the
 * seeds are used up: then it is undecided, which is no pass. Throws `InvalidArgumentError` for an arm that changes
 * nothing, or more than one thing, with the list of what it changes.
 */
export async function runAblation(
  name: string,
  base: Recipe,
  arms: Arms,
  options: AblationOptions = {},
): Promise<AblationReport> {
  const started = performance.now()
  const settings = settingsOf(base, arms, options)
  const study = await prepare(base, arms, settings)
  const journal = openJournal(options.journal)
  const trainer = ablationTrainer(journal, settings, options)
  let interrupted = false
  for (let i = 0; i < settings.seeds && !interrupted; i++) {
    for (const arm of study) {
      if (arm.comparison?.finished) continue
      const open = study.filter(({ comparison }) => !comparison?.finished).length
      trainer.expect((open + 1) * (settings.seeds - i))
      const seed = settings.seed + i
      const without = await trainer.run(baseName, arm.base, seed)
      const withChange = without && (await trainer.run(arm.name, arm.plan, seed))
      if (!without || !withChange) {
        interrupted = true
        break
      }
      arm.runs.push({ without, withChange })
      arm.comparison = judge(arm, settings.boundary)
    }
  }
  if (!interrupted) journal.close()
  const reports = reportsOf(study, settings.alpha)
  return {
    name,
    passed: reports.every(({ hypothesis, verdict }) => hypothesis === undefined || verdict === 'supported'),
    interrupted,
    arms: reports,
    steps: settings.steps,
    alpha: settings.alpha,
    stepsSpent: trainer.stepsSpent(),
    seconds: (performance.now() - started) / 1000,
  }
}

interface Settings {
  seed: number
  seeds: number
  steps: number
  alpha: number
  boundary: StoppingBoundary
  claims: Map<string, { claim: Hypothesis; stated: boolean }>
  metrics: MetricName[]
}

interface Arm {
  name: string
  base: ArmPlan
  plan: ArmPlan
  changes: Difference[]
  claim: Hypothesis
  stated: boolean
  /** The smallest step of the metric: an accuracy on n examples moves by 1 / n. */
  resolution: number | undefined
  runs: Array<{ without: ArmRun; withChange: ArmRun }>
  comparison?: Comparison
}

function judge({ claim, runs, resolution }: Arm, boundary: StoppingBoundary): Comparison {
  const pairs = runs.map(({ without, withChange }) => ({
    without: without.values[claim.metric]!,
    withChange: withChange.values[claim.metric]!,
  }))
  return compare(claim, pairs, boundary, resolution)
}

function settingsOf(base: Recipe, arms: Arms, options: AblationOptions): Settings {
  const { hypothesis = {}, metric = 'loss', seed = 42, seeds = 8, alpha = 0.05, plan } = options
  const steps = options.steps ?? base?.steps ?? 500
  for (const [name, count, least] of [
    ['steps', steps, 1],
    ['seeds', seeds, 2],
  ] as const) {
    if (Number.isInteger(count) && count >= least) continue
    throw new InvalidArgumentError(`options.${name}`, describe(count), `a whole number, at least ${least}`)
  }
  if (!(alpha > 0 && alpha < 0.5)) {
    throw new InvalidArgumentError('options.alpha', describe(alpha), 'a chance between 0 and 0.5')
  }
  const names = Object.keys(arms ?? {})
  if (names.length === 0) {
    throw new InvalidArgumentError(
      'arms',
      describe(arms),
      'at least one: { dropout: variations.withDropout(0.3) }',
    )
  }
  const unknown = Object.keys(hypothesis).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new InvalidArgumentError('options.hypothesis', `'${unknown}', which is no arm`, names.join(', '))
  }
  const claims = new Map(
    names.map((name) => {
      const given = hypothesis[name]
      const claim = given === undefined ? anyChange(metric) : readHypothesis(given, `hypothesis.${name}`)
      return [name, { claim, stated: given !== undefined }]
    }),
  )
  const tested = Math.max(1, Object.keys(hypothesis).length)
  const boundary = plannedBoundary({ alpha: alpha / tested, budget: seeds })
  if (plan) assertCanDecide(plan, { seeds, boundary })
  return {
    seed,
    seeds,
    steps,
    alpha,
    boundary,
    claims,
    metrics: [...new Set([...claims.values()].map(({ claim }) => claim.metric))],
  }
}

async function prepare(recipe: Recipe, arms: Arms, settings: Settings): Promise<Arm[]> {
  const base = await planOf(recipe, 'base')
  const study: Arm[] = []
  for (const [name, { claim, stated }] of settings.claims) {
    const given = arms[name]!
    const changed = typeof given === 'function' ? given(recipe) : given
    const plan = await planOf(changed, `arms.${name}`)
    const changes = await differencesOf(base, plan, settings.seed)
    if (changed.steps !== recipe.steps) {
      changes.push({ thing: 'steps', details: [`${recipe.steps ?? 'none'} → ${changed.steps ?? 'none'}`] })
    }
    assertOneChange(name, changes)
    const resolution = isShare(claim.metric) ? 1 / countExamples(base.validation) : undefined
    study.push({ name, base, plan, changes, claim, stated, resolution, runs: [] })
  }
  return study
}

function assertOneChange(name: string, changes: readonly Difference[]): void {
  if (changes.length === 1 && changes[0]!.thing !== 'steps' && changes[0]!.thing !== 'validation labels')
    return
  throw new InvalidArgumentError(
    `arms.${name}`,
    changes.length === 0
      ? 'a program that does not differ from the base'
      : `${changes.length === 1 ? 'a change' : `${changes.length} changes`}: ${sayChanges(changes)}`,
    changes.length === 1
      ? 'the same steps and the same labels to predict in every arm'
      : 'one change against the base; give several changes an arm each',
  )
}

/** Differences in a line: 'dropout (Dropout added), width (Dense units 32 → 64)'. */
export function sayChanges(changes: readonly Difference[]): string {
  return changes.map(({ thing, details }) => `${thing} (${[...new Set(details)].join('; ')})`).join(', ')
}

function reportsOf(study: readonly Arm[], alpha: number): ArmReport[] {
  const adjusted = new Map<Arm, number>()
  const tested = study.filter(({ stated }) => stated)
  holmAdjusted(tested.map(({ comparison }) => comparison?.pSupported ?? 1)).forEach((p, i) => {
    adjusted.set(tested[i]!, p)
  })
  return study.map((arm) => {
    const { comparison = compare(arm.claim, [], never), claim, runs, stated } = arm
    const { finished: _, verdict, ...found } = comparison
    const pAdjusted = adjusted.get(arm) ?? comparison.pSupported
    const used = runs.slice(0, Math.max(comparison.effects.length, 1))
    const meanOf = (pick: (run: (typeof runs)[number]) => ArmRun) =>
      mean(used.map((pair) => pick(pair).values[claim.metric] ?? Number.NaN))
    return {
      ...found,
      arm: arm.name,
      changes: arm.changes,
      hypothesis: stated ? sayHypothesis(claim) : undefined,
      claim,
      // What one arm by itself leaves open, Holm's procedure may decide once the others are.
      verdict: verdict === 'undecided' && stated && pAdjusted <= alpha ? 'supported' : verdict,
      pAdjusted,
      without: meanOf(({ without }) => without),
      withChange: meanOf(({ withChange }) => withChange),
      seeds: used.map(({ without }) => without.seed),
      steps: runs.reduce((sum, { without, withChange }) => sum + without.steps + withChange.steps, 0),
      seconds: runs.reduce((sum, { withChange }) => sum + withChange.seconds, 0),
    }
  })
}

/** The boundary of an arm that was never trained. */
const never: StoppingBoundary = { alpha: 0.05, budget: 0, critical: () => Infinity, pValue: () => 1 }
