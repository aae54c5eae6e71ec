import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serialize } from 'node:v8'
import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, test } from 'vitest'
import {
  type CheckResult,
  checkOverfitBatch,
  checkStructuredFilters,
  runRecipe,
} from '../../src/checks/index.js'
import { disposeTrainedRuns, trainRecorded } from '../../src/fixtures/train.js'
import { digestOf } from '../../src/memo/content.js'
import { withMemory } from '../../src/memo/remember.js'
import { openStore } from '../../src/memo/store.js'
import { madeAgain, portableProgram } from '../../src/parallel/portable-program.js'
import type { Examples, Subject } from '../../src/training/trainable.js'
import { contentUnder } from './content-under.js'
import { memoryInFolder } from './in-folder.js'

const here = memoryInFolder()
afterEach(disposeTrainedRuns)

const data: Examples = {
  xs: tf.randomNormal([32, 4], 0, 1, 'float32', 1),
  ys: tf.randomUniform([32, 1], 0, 1, 'float32', 2),
}

const compiled = (model: tf.LayersModel, loss: unknown = 'meanSquaredError') => {
  model.compile({ optimizer: tf.train.adam(0.02), loss: loss as string })
  return model
}
const stack = (...layers: tf.layers.Layer[]) => tf.sequential({ layers })
const dense = (units: number, more = {}) => tf.layers.dense({ units, ...more })

/** Two programs, made for the memory to take one for the other, and what training them really gives. */
const pairs: Record<string, [() => tf.LayersModel, () => tf.LayersModel]> = {
  'activations by which layers are named': (['relu', 'sigmoid'] as const).map(
    (activation) => () =>
      compiled(
        stack(
          dense(8, { inputShape: [4] }),
          tf.layers.activation({ activation, name: activation }),
          dense(1),
        ),
      ),
  ) as [() => tf.LayersModel, () => tf.LayersModel],
  'losses by which outputs are named': (['meanSquaredError', 'meanAbsoluteError'] as const).map(
    (loss) => () => compiled(stack(dense(8, { inputShape: [4] }), dense(1, { name: loss })), loss),
  ) as [() => tf.LayersModel, () => tf.LayersModel],
  'pools by which layers are named': [
    () => compiled(pooled(tf.layers.maxPooling2d({ poolSize: 2, name: 'MaxPooling2D' }))),
    () => compiled(pooled(tf.layers.averagePooling2d({ poolSize: 2, name: 'AveragePooling2D' }))),
  ],
  'weights that layers share': [() => tied(false), () => tied(true)],
  'a penalty that counts twice': [() => penalized(false), () => penalized(true)],
  'a layer that was frozen when it was compiled': [
    () => compiled(stack(dense(8, { inputShape: [4] }), dense(1))),
    () => {
      const model = stack(dense(8, { inputShape: [4] }), dense(1))
      model.layers[0]!.trainable = false
      compiled(model)
      model.layers[0]!.trainable = true
      return model
    },
  ],
  'a weight that no optimizer may change': [
    () => compiled(stack(dense(8, { inputShape: [4] }), dense(1))),
    () => {
      const model = compiled(stack(dense(8, { inputShape: [4] }), dense(1)))
      ;(model.layers[0]!.weights[0]!.read() as tf.Variable).trainable = false
      return model
    },
  ],
}

/** A stack of two hidden layers, of which the second may use the kernel of the first. */
function tied(isTied: boolean): tf.LayersModel {
  const [one, two] = [dense(4, { inputShape: [4], activation: 'tanh' }), dense(4, { activation: 'tanh' })]
  const model = stack(one, two, dense(1))
  const kernels = [one, two] as unknown as Array<{ kernel: tf.LayerVariable }>
  if (isTied) kernels[1]!.kernel = kernels[0]!.kernel
  return compiled(model)
}

/** A layer whose penalty may count twice. */
function penalized(isTwice: boolean): tf.LayersModel {
  const kernelRegularizer = tf.regularizers.l2({ l2: 0.5 })
  const model = compiled(stack(dense(8, { inputShape: [4], kernelRegularizer }), dense(1)))
  const [layer] = model.layers as unknown as Array<{ _losses: []; addLoss(losses: unknown[]): void }>
  if (isTwice) layer!.addLoss([...layer!._losses])
  return model
}

function pooled(pool: tf.layers.Layer): tf.LayersModel {
  return stack(
    tf.layers.reshape({ targetShape: [2, 2, 1], inputShape: [4] }),
    pool,
    tf.layers.flatten(),
    dense(8, { activation: 'relu' }),
    dense(1),
  )
}

const lastLoss = async (subject: Subject, on = data, remembering = true) => {
  const { losses } = await withMemory(remembering ? here.memory : undefined, () =>
    trainRecorded(subject, { data: on, steps: 12, seed: 1 }, { cache: false }),
  )
  return losses.at(-1)!
}

test.each(Object.entries(pairs))('told apart: %s', async (_, [one, other]) => {
  await lastLoss(one)
  const really = await lastLoss(other, data, false)
  expect(await lastLoss(other)).toBe(really)
  expect(await contentUnder(one, 1)).not.toBe(await contentUnder(other, 1))
})

test.each(['a layer that was frozen when it was compiled', 'weights that layers share'])(
  'does not travel to a helper: %s',
  async (name) => {
    const portable = portableProgram(pairs[name]![1]())!
    await expect(madeAgain(portable)).rejects.toThrow('another one')
  },
)

class Doubling extends tf.layers.Layer {
  static className = 'DoublingOfThisTest'
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.mul([inputs].flat()[0]!, 2)
  }
}

test('a live model that is trained in place stays trained', async () => {
  await lastLoss(() => compiled(stack(dense(8, { inputShape: [4] }), dense(1))))
  const live = compiled(stack(dense(8, { inputShape: [4] }), new Doubling({}), dense(1)))
  const { program, losses } = await withMemory(here.memory, () =>
    trainRecorded(live, { data, steps: 12, seed: 1 }, { cache: false }),
  )
  const loss = program.loss(data).dataSync()[0]!
  expect(loss).toBeLessThan(losses[0]! / 2)
})

test('what a factory throws is thrown once, and not swallowed', async () => {
  await lastLoss(() => compiled(stack(dense(8, { inputShape: [4] }), dense(1))))
  await lastLoss(() => compiled(stack(dense(9, { inputShape: [4] }), dense(1))))
  let calls = 0
  const failing = () => {
    calls++
    if (calls === 1) throw new Error('the first')
    return compiled(stack(dense(7, { inputShape: [4] }), dense(1)))
  }
  await expect(lastLoss(failing)).rejects.toThrow('the first')
  expect(calls).toBe(1)
})

test('inputs that go by name', async () => {
  const [a, b] = [tf.randomNormal([32, 2], 0, 1, 'float32', 3), tf.randomNormal([32, 2], 5, 1, 'float32', 4)]
  const named: Examples = { xs: { left: a, right: b }, ys: data.ys }
  const create = (names: [string, string]) => () => {
    const inputs = names.map((name) => tf.input({ shape: [2], name }))
    const [x, y] = inputs.map((input) => dense(1).apply(input) as tf.SymbolicTensor)
    const outputs = tf.layers
      .add()
      .apply([x!, tf.layers.activation({ activation: 'tanh' }).apply(y!) as tf.SymbolicTensor])
    return compiled(tf.model({ inputs, outputs: outputs as tf.SymbolicTensor }))
  }
  await lastLoss(create(['left', 'right']), named)
  const swapped = create(['right', 'left'])
  expect(await lastLoss(swapped, named)).toBe(await lastLoss(swapped, named, false))
})

test('arrays that change under their tensors', async () => {
  const create = () => compiled(stack(dense(8, { inputShape: [4] }), dense(1)))
  for (let i = 0; i < 10; i++) {
    const values = new Float32Array(32).map((_, k) => Math.sin(k + i))
    const changing = { xs: data.xs, ys: tf.tensor2d(values, [32, 1]) }
    await lastLoss(create, changing)
    values.fill(50)
    expect(await lastLoss(create, changing)).toBe(await lastLoss(create, changing, false))
  }
})

test('what a caller does to a result', async () => {
  const create = () => compiled(stack(dense(8, { inputShape: [4] }), dense(1)))
  const inMemory = { store: openStore(), surroundings: 'here' }
  const train = () =>
    withMemory(inMemory, () => trainRecorded(create, { data, steps: 12, seed: 1 }, { cache: false }))
  const { losses } = await train()
  const asItWas = [...losses]
  losses.reverse()
  expect((await train()).losses).toEqual(asItWas)
})

test('recurrent layers that keep states are trained each time', async () => {
  const create = () =>
    compiled(stack(tf.layers.simpleRNN({ units: 3, stateful: true, batchInputShape: [32, 2, 2] }), dense(1)))
  expect(await contentUnder(create, 1)).toBeUndefined()
})

test('methods that were put into base classes', async () => {
  const create = () => compiled(stack(dense(8, { inputShape: [4] }), dense(1)))
  await lastLoss(create)
  const prototype = tf.Optimizer.prototype as unknown as { computeGradients: unknown }
  const { computeGradients } = tf.Optimizer.prototype
  prototype.computeGradients = function (this: tf.Optimizer, ...given: Parameters<typeof computeGradients>) {
    const { value, grads } = computeGradients.apply(this, given)
    return { value, grads: Object.fromEntries(Object.entries(grads).map(([name, g]) => [name, tf.neg(g)])) }
  }
  try {
    expect(await lastLoss(create)).toBe(await lastLoss(create, data, false))
  } finally {
    prototype.computeGradients = computeGradients
  }
})

test('strings of another cut', () => {
  expect(digestOf(['a;string b', 'c'])).not.toBe(digestOf(['a', 'b;string c']))
  expect(digestOf([1])).not.toBe(digestOf(['1']))
  expect(digestOf([-0])).not.toBe(digestOf([0]))
})

test('layers that are chosen by name', async () => {
  // Bright where the label is large, from left to right: filters come to show that.
  const ramp = tf.reshape(tf.linspace(0, 1, 8), [1, 1, 8, 1])
  const images = {
    xs: tf.mul(tf.tile(ramp, [32, 8, 1, 1]), tf.reshape(data.ys as tf.Tensor, [32, 1, 1, 1])),
    ys: data.ys,
  }
  const create = () =>
    compiled(
      stack(
        tf.layers.conv2d({ filters: 4, kernelSize: 5, inputShape: [8, 8, 1], name: 'one' }),
        tf.layers.flatten(),
        dense(1),
      ),
    )
  // By its name, and by its place.
  const [byName, byPlace] = (['one', 0] as const).map(
    (layer) => () =>
      withMemory(here.memory, () =>
        checkStructuredFilters(create, { layer, train: images, steps: 3, alpha: 0.49, permutations: 19 }),
      ),
  ) as [() => Promise<CheckResult>, () => Promise<CheckResult>]
  expect(await byPlace()).toMatchObject({ status: 'passed' })
  expect(await byPlace()).toHaveProperty('reused')
  for (let i = 0; i < 2; i++) {
    const result = await byName()
    expect(result).toMatchObject({ status: 'passed' })
    expect(result).not.toHaveProperty('reused')
  }
})

test('factories are called no more often than without a memory', async () => {
  const optimizer = tf.train.adam(0.02)
  let units = 8
  const create = () => {
    const model = stack(dense(units, { inputShape: [4] }), dense(1))
    model.compile({ optimizer, loss: 'meanSquaredError' })
    return model
  }
  // One optimizer for all would be refused.
  const once = () =>
    withMemory(here.memory, () => trainRecorded(create, { data, steps: 3 }, { cache: false }))
  await once()
  const calls = async (body: () => Promise<unknown>) => {
    let count = 0
    const counting = () => {
      count++
      return compiled(stack(dense(units, { inputShape: [4] }), dense(1)))
    }
    await withMemory(here.memory, () => trainRecorded(counting, { data, steps: 3 }, { cache: false }))
    await body()
    return count
  }
  expect(await calls(async () => {})).toBe(1)
  units = 9
  expect(await calls(async () => {})).toBe(1)
  expect(await calls(async () => {})).toBe(1)
})

test('files that somebody else wrote are no results', async () => {
  const create = () => compiled(stack(dense(8, { inputShape: [4], activation: 'relu' }), dense(1)))
  const run = () => withMemory(here.memory, () => checkOverfitBatch(create, data, { loss: 0.07 }))
  expect(await run()).toMatchObject({ status: 'passed' })
  for (const other of [5, {}, [1], [{}], 'x', [{ openings: [{}], result: [] }], [null]]) {
    for (const file of readdirSync(here.folder)) writeFileSync(join(here.folder, file), serialize(other))
    expect(await run()).toMatchObject({ status: 'passed' })
  }
})

test('examples with fields of the user do not keep a recipe from running', async () => {
  const create = () => compiled(stack(dense(8, { inputShape: [4], activation: 'relu' }), dense(1)))
  for (const extra of [new Map(), () => 1]) {
    const { results } = await runRecipe(
      { create, train: { ...data, note: extra } as Examples },
      { budget: 'quick', only: ['overfit-batch', 'healthy-gradients'] },
    )
    expect(results.map(({ summary }) => summary).join()).not.toContain('Could not run')
  }
})
