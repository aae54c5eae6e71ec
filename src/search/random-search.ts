import { defaultSeed } from '../checks/options.js'
import { InvalidArgumentError } from '../errors.js'
import { planOf } from '../experiments/recipe-plan.js'
import { parallelCoordinates } from '../figures/parallel-coordinates.js'
import type { Recipe } from '../recipe/recipe.js'
import { describe } from '../training/examples.js'
import { isLowerBetter, type MetricName } from '../training/metric.js'
import type { RunControl } from '../training/run.js'
import { mixSeed, mulberry32 } from '../training/seed.js'
import { rungsOf, stepsOf } from './halving.js'
import { searchTable } from './search-table.js'
import { labelOf, type Space, type ValuesOf } from './space.js'
import { type OpenTrial, openTrial } from './trial.js'

export interface RandomSearchOptions<Of extends Space> extends Omit<RunControl, 'onProgress'> {
  /** The program with these settings; it has to bring validation examples. Data that do not change: by one loader. */
  recipe: (values: ValuesOf<Of>) => Recipe
  /** Settings to draw, 1 … 10,000. Default 16. More of them begin with the same ones. */
  trials?: number
  /** Seeds the draws and the programs. Default 42. */
  seed?: number
  /** Steps of a full training. Default: those of the first recipe, else 1000. */
  steps?: number
  /** What is best: 'loss' (default), 'accuracy', … on the validation examples. */
  metric?: MetricName
  /** Of the trials of a round 1 / eta go on, for eta times as many steps. 1: all train to the end. Default 3. */
  eta?: number
  /** Hears of each trial at the end of each of its rounds. */
  onTrial?: (trial: SearchTrial<ValuesOf<Of>>) => void
  /** Hears every so often of the trial that trains. */
  onProgress?: (progress: { trial: number; step: number; steps: number; loss: number }) => void
}

export interface SearchTrial<Values> {
  /** In the order drawn, from 0. */
  index: number
  values: Values
  /** The metric after so many steps, round by round. */
  rounds: Array<{ steps: number; value: number }>
  /** Whether it trained to the end, or how it left. */
  state: 'finished' | 'stopped' | 'diverged'
}

export interface SearchResult<Values> {
  /** The best of those that trained longest; undefined when all diverged. */
  best: SearchTrial<Values> | undefined
  /** The best first. */
  trials: Array<SearchTrial<Values>>
  metric: MetricName
  /** Steps made, and what all trials would have taken to the end. */
  steps: { made: number; all: number }
  seconds: number
  /** Stopped by signal or deadline. */
  interrupted: boolean
  /** As text, the best trial first. */
  table: string
  /** Parallel coordinates as SVG: an axis for each setting and the metric, a line for each trial. */
  figure: string
}

const mostTrials = 10_000

/**
 * Random search (Karpathy's step 5: "random over grid search"; Bergstra and Bengio, JMLR 13, 2012) made affordable by
 * successive halving: settings are drawn at random, all train for a fraction of the steps, the better ones go on where
 * they stood. All trials see the same batches. The best metric is optimistic, since it is the best of several: measure the
 * winner on examples that no trial was measured on. Throws `InvalidArgumentError` for settings that cannot be used.
 *
 *     const { best, table } = await randomSearch(
 *       { rate: logUniform(1e-4, 1e-1), units: choice([16, 64]) },
 *       { recipe: ({ rate, units }) => ({ create: () => createModel(units, rate), train, validation }) },
 *     )
 */
export async function randomSearch<Of extends Space>(
  space: Of,
  options: RandomSearchOptions<Of>,
): Promise<SearchResult<ValuesOf<Of>>> {
  const started = performance.now()
  const { trials: count, seed, eta, metric } = assertOptions(space, options)
  const drawn = drawTrials(space, count, seed)
  const steps = options.steps ?? options.recipe(drawn[0]!.values).steps ?? 1000
  const rungs = rungsOf(count, steps, eta)
  const open = new Map<number, OpenTrial>()
  const better = isLowerBetter(metric) ? 1 : -1
  let left = [...drawn]
  let made = 0
  let interrupted = false
  try {
    for (const [r, rung] of rungs.entries()) {
      for (const trial of left) {
        const program =
          open.get(trial.index) ??
          (await openTrial(await planOf(options.recipe(trial.values), 'recipe'), seed))
        open.set(trial.index, program)
        const end = await program.trainTo(rung.steps, controlOf(options, trial.index, rung.steps))
        if (end === 'aborted' || end === 'deadline') {
          interrupted = true
          break
        }
        made += rung.steps - (trial.rounds.at(-1)?.steps ?? 0)
        const value = program.measure(metric)
        trial.rounds.push({ steps: rung.steps, value })
        if (!Number.isFinite(value)) trial.state = 'diverged'
        else if (r === rungs.length - 1) trial.state = 'finished'
        options.onTrial?.(trial)
      }
      if (interrupted) break
      const staying = new Set(
        rank(left, better)
          .slice(0, rungs[r + 1]?.trials ?? 0)
          .filter(({ state }) => state !== 'diverged'),
      )
      for (const trial of left) if (!staying.has(trial)) close(open, trial.index)
      left = left.filter((trial) => staying.has(trial))
    }
  } finally {
    for (const index of [...open.keys()]) close(open, index)
  }
  const trials = rank(drawn, better)
  const best = trials.find(({ state, rounds }) => state !== 'diverged' && rounds.length > 0)
  return {
    best,
    trials,
    metric,
    steps: { made, all: count * stepsOf([{ trials: 1, steps }]) },
    seconds: (performance.now() - started) / 1000,
    interrupted,
    table: searchTable(trials, metric),
    figure: figureOf(space, trials, metric, better),
  }
}

function close(open: Map<number, OpenTrial>, index: number): void {
  open.get(index)?.dispose()
  open.delete(index)
}

function drawTrials<Of extends Space>(
  space: Of,
  count: number,
  seed: number,
): Array<SearchTrial<ValuesOf<Of>>> {
  return Array.from({ length: count }, (_, index) => {
    // Each setting has its own stream: one more setting changes none of the others.
    const values = Object.fromEntries(
      Object.entries(space).map(([name, dimension]) => [
        name,
        dimension.draw(mulberry32(mixSeed(seed, 'search', name, index))),
      ]),
    ) as unknown as ValuesOf<Of>
    return { index, values, rounds: [], state: 'stopped' }
  })
}

/** Those that trained longest first, among them the better ones. */
function rank<Values>(
  trials: ReadonlyArray<SearchTrial<Values>>,
  better: 1 | -1,
): Array<SearchTrial<Values>> {
  const last = ({ rounds }: SearchTrial<Values>) => rounds.at(-1)
  const scoreOf = (trial: SearchTrial<Values>) => {
    const value = last(trial)?.value ?? Number.NaN
    return Number.isFinite(value) ? better * value : Infinity
  }
  return [...trials].sort(
    (a, b) =>
      (last(b)?.steps ?? 0) - (last(a)?.steps ?? 0) || compare(scoreOf(a), scoreOf(b)) || a.index - b.index,
  )
}

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)

function controlOf<Of extends Space>(
  { signal, deadline, onProgress }: RandomSearchOptions<Of>,
  trial: number,
  steps: number,
): RunControl {
  return {
    ...(signal && { signal }),
    ...(deadline !== undefined && { deadline }),
    ...(onProgress && { onProgress: ({ step, loss }) => onProgress({ trial, step, steps, loss }) }),
  }
}

function figureOf<Of extends Space>(
  space: Of,
  trials: ReadonlyArray<SearchTrial<ValuesOf<Of>>>,
  metric: MetricName,
  better: 1 | -1,
): string {
  const names = Object.keys(space)
  return parallelCoordinates({
    title: `${trials.length} trials, ${metric}`,
    axes: names.map((name) => ({ name, ticks: space[name]!.ticks })),
    metric: { name: metric, lowerIsBetter: better === 1 },
    lines: trials.map(({ values, rounds, state }) => ({
      shares: names.map((name) => space[name]!.share(values[name as keyof Of] as never)),
      value: rounds.at(-1)?.value ?? Number.NaN,
      finished: state === 'finished',
      label: names.map((name) => `${name} ${labelOf(values[name as keyof Of])}`).join(', '),
    })),
  })
}

function assertOptions<Of extends Space>(space: Of, options: RandomSearchOptions<Of>) {
  if (typeof space !== 'object' || space === null || Object.keys(space).length === 0) {
    throw new InvalidArgumentError(
      'space',
      describe(space),
      'settings by name: { rate: logUniform(1e-4, 1e-1) }',
    )
  }
  for (const [name, dimension] of Object.entries(space)) {
    if (typeof (dimension as { draw?: unknown } | null)?.draw === 'function') continue
    throw new InvalidArgumentError(
      `space.${name}`,
      describe(dimension),
      'logUniform, uniform, wholeNumber or choice',
    )
  }
  if (typeof options?.recipe !== 'function') {
    throw new InvalidArgumentError('options.recipe', describe(options?.recipe), '(values) => a recipe')
  }
  const { trials = 16, seed = defaultSeed, eta = 3, metric = 'loss', steps } = options
  for (const [name, value, most] of [
    ['trials', trials, mostTrials],
    ['eta', eta, Infinity],
    ['steps', steps ?? 1, Infinity],
  ] as const) {
    if (Number.isInteger(value) && value >= 1 && value <= Math.max(most, 1)) continue
    throw new InvalidArgumentError(
      `options.${name}`,
      describe(value),
      `a whole number from 1${most < Infinity ? ` to ${most}` : ''}`,
    )
  }
  return { trials, seed, eta, metric }
}
