import * as tf from '@tensorflow/tfjs'
import type { Recipe } from '../../src/recipe/recipe.js'
import { openProgram } from '../../src/training/open.js'
import { runPlan, type TrainingPlan } from '../../src/training/planned-run.js'
import type { Examples } from '../../src/training/trainable.js'
import { healthyPrograms } from '../programs/healthy.js'

/** A recipe of a healthy program by its name, with data that live as long as the test file. */
export function recipeOf(name: string): Recipe & { train: Examples; validation: Examples } {
  const { create, data } = healthyPrograms[name]!
  return { create, train: data(40, 1), validation: data(20, 2), batchSize: 8 }
}

export interface Layer {
  name: string
  className: string
  config: Record<string, unknown>
}

/** What there is to compare of a program made under seed 1, names of layers numbered from 1 on. */
export async function factsOf(create: Recipe['create']) {
  const program = await openProgram(create, 1)
  const model = (program as unknown as { model: tf.LayersModel }).model
  const alias = aliases(program.layers!)
  const facts = {
    layers: program.layers!.map((layer) => ({
      name: alias(layer.name),
      className: layer.getClassName(),
      config: settingsOf(alias(JSON.stringify(layer.getConfig()))),
    })),
    weights: Object.fromEntries(
      program.layers!.flatMap((layer) =>
        layer
          .getWeights()
          .map((weight, i) => [`${alias(layer.name)} ${i} [${weight.shape}]`, [...weight.dataSync()]]),
      ),
    ),
    optimizer: [program.optimizer!.getClassName(), program.optimizer!.getConfig()],
    loss: JSON.stringify(model.loss, (_, value) => (typeof value === 'function' ? String(value) : value)),
    metrics: model.metrics,
    inputs: model.inputs.map(({ shape }) => shape),
    outputs: model.outputs.map(({ shape }) => shape),
  }
  program.dispose()
  return facts
}

/** Without what is not set, and what TensorFlow.js fills in itself. */
function settingsOf(json: string): Record<string, unknown> {
  return JSON.parse(json, (key, value) =>
    value === null || key === 'dtype' || key === 'implementation' ? undefined : value,
  )
}

/** Automatic names count up in a process: 'dense_Dense7' becomes 'Dense-1' for the first one of a model. */
function aliases(layers: readonly tf.layers.Layer[]): (text: string) => string {
  const found = new Map<string, string>()
  const counts = new Map<string, number>()
  const text = JSON.stringify(layers.map((layer) => [layer.name, layer.getConfig()]))
  for (const [, name] of text.matchAll(/"name":"([^"]+)"/g)) {
    const [, kind] =
      name!.match(/^(?!dropout_(?:before|after))(?:[a-z0-9_]+_)?([A-Z]\w*?|sequential_|input|model)\d+$/) ??
      []
    if (!kind || found.has(name!)) continue
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    found.set(name!, `${kind}-${counts.get(kind)}`)
  }
  return (given) =>
    [...found]
      .sort(([a], [b]) => b.length - a.length)
      .reduce((all, [name, short]) => all.replaceAll(name, short), given)
}

/** Trains five steps, and frees what is varied of the data. */
export async function trainFive(recipe: Recipe): Promise<number[]> {
  const load = async (source: Recipe['train']) => (typeof source === 'function' ? source() : source)
  const train = await load(recipe.train)
  const validation = recipe.validation && (await load(recipe.validation))
  const plan = { ...recipe, train, ...(validation && { validation }) } as TrainingPlan
  try {
    const { program, losses } = await runPlan(plan, { seed: 1, steps: 5 })
    program.dispose()
    return losses
  } finally {
    if (recipe.train !== train) free(train)
    if (validation && recipe.validation !== validation) free(validation)
  }
}

export function free({ xs, ys, sampleWeight }: Examples): void {
  tf.dispose([xs, ys, ...(sampleWeight ? [sampleWeight] : [])] as tf.TensorContainer)
}
