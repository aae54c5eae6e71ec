import { InvalidArgumentError } from '../errors.js'
import { type Rightness, rightnessFor } from '../statistics/rightness.js'
import { countExamples } from './examples.js'
import { viewOutputs } from './outputs.js'
import { runPlan } from './planned-run.js'
import { predictValues } from './probe.js'
import type { RunControl } from './run.js'
import type { Examples, Subject } from './trainable.js'

export interface DynamicsOptions extends RunControl {
  train: Examples
  /** The fixed batch. */
  on: Examples
  seed: number
  steps: number
  batchSize: number
  /** Index of the output. */
  output: number
}

/** How right the predictions on a fixed batch are while a program trains. */
export interface PredictionDynamics {
  measure: Rightness['measure']
  /** [examples, looks] */
  values: Float32Array
  /** Steps taken at each look: 0 … `steps`. */
  looks: number[]
}

const mostLooks = 33

/**
 * Trains a fresh program and looks at its predictions on `on` before the first step and then up to 32 times at even
 * distances. Throws when training diverges or is stopped.
 */
export async function recordDynamics(
  subject: Subject,
  options: DynamicsOptions,
): Promise<PredictionDynamics> {
  const { train, on, seed, steps, batchSize, output, ...control } = options
  const examples = countExamples(on)
  const every = Math.ceil(steps / (mostLooks - 1))
  const columns: Float32Array[] = []
  const looks: number[] = []
  let rightness: Rightness | undefined
  const { program, ...run } = await runPlan(
    { create: subject, train, batchSize },
    {
      ...control,
      seed,
      steps,
      look: {
        every,
        see(current, step) {
          rightness ??= judgeOf(viewOutputs(current, on, 'options.on'), output, examples)
          const { shape, values } = predictValues(current, on.xs)[output]!
          const width = shape.length > 1 ? shape.at(-1)! : 1
          columns.push(rightness.of({ values, rows: values.length / width, width }))
          looks.push(step)
          return undefined
        },
      },
    },
  )
  program.dispose()
  if (run.end !== 'steps') {
    const why = run.end === 'non-finite' ? 'the loss is not finite any more' : 'the test ran out of time'
    throw new Error(
      `Training ended at step ${run.losses.length} of ${steps}: ${why}. Nothing was compared or written.`,
    )
  }
  const values = new Float32Array(examples * columns.length)
  for (const [look, column] of columns.entries())
    for (const [example, value] of column.entries()) values[example * columns.length + look] = value
  return { measure: rightness!.measure, values, looks }
}

function judgeOf(views: ReturnType<typeof viewOutputs>, output: number, examples: number): Rightness {
  const view = views[output]
  if (view) return rightnessFor(view.labels, examples)
  throw new InvalidArgumentError('options.output', String(output), `an index below ${views.length}`)
}
