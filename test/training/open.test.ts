import * as tf from '@tensorflow/tfjs'
import { afterAll, describe, expect, test } from 'vitest'
import { openProgram } from '../../src/training/open.js'
import { withSeed } from '../../src/training/seed.js'
import type { Subject, Trainable } from '../../src/training/trainable.js'
import { classes, smallDigits } from '../programs/data.js'
import { Apply } from '../programs/faulty.js'
import { classifier, compiled, HandWrittenClassifier, healthyPrograms } from '../programs/healthy.js'
import { expectNoNewTensors } from './expect-no-new-tensors.js'
import { bytesOf } from './weight-bytes.js'

const { dense } = tf.layers
const batch = classes(16, 1)
const xs = batch.xs as tf.Tensor
const ys = batch.ys as tf.Tensor
afterAll(() => tf.dispose([xs, ys]))

const freeModel = (model: tf.LayersModel) => {
  const { optimizer } = model
  model.dispose()
  optimizer.dispose()
}
const stepLosses = async (program: Trainable, count: number, examples = batch) => {
  const losses: number[] = []
  for (let i = 0; i < count; i++) {
    const loss = await program.step(examples)
    losses.push(loss.dataSync()[0]!)
    loss.dispose()
  }
  return losses
}
const trainLosses = async (model: tf.LayersModel, count: number) => {
  const losses: number[] = []
  for (let i = 0; i < count; i++) losses.push((await model.trainOnBatch(xs, ys)) as number)
  return losses
}

const optimizers: Record<string, () => tf.Optimizer | string> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9),
  'momentum with Nesterov': () => tf.train.momentum(0.05, 0.9, true),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  rmsprop: () => tf.train.rmsprop(0.01),
  'centered rmsprop': () => tf.train.rmsprop(0.01, 0.9, 0.1, 1e-7, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.5),
  'adam by name': () => 'adam',
  'sgd by name': () => 'sgd',
}

describe.each(Object.entries(optimizers))('a live model with %s', (_name, optimizer) => {
  const create = () => {
    const model = tf.sequential({
      layers: [
        dense({ inputShape: [16], units: 8, activation: 'tanh' }),
        dense({ units: 4, activation: 'softmax' }),
      ],
    })
    model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
    return model
  }
  const accuracyAside = async (model: tf.LayersModel, count: number) => {
    const losses: number[] = []
    for (let i = 0; i < count; i++) losses.push(((await model.trainOnBatch(xs, ys)) as number[])[0]!)
    return losses
  }

  test('is copied: the copy goes on as the original would have, which is left as it was', async () => {
    const model = withSeed(1, create)
    await accuracyAside(model, 3)
    const weights = bytesOf(model.getWeights())

    const [copied, again] = await expectNoNewTensors(async () => {
      const runs = []
      for (let run = 0; run < 2; run++) {
        const program = await openProgram(model, 1)
        runs.push({
          losses: await stepLosses(program, 4),
          weights: bytesOf(Object.values(program.weights())),
        })
        program.dispose()
      }
      return runs
    })
    expect(again).toEqual(copied)
    expect(bytesOf(model.getWeights())).toEqual(weights)
    expect(await accuracyAside(model, 4)).toEqual(copied!.losses)
    expect(bytesOf(model.getWeights())).toEqual(copied!.weights)
    freeModel(model)
  })
})

describe('a live model', () => {
  test('with batch normalisation keeps its moving statistics', async () => {
    const digits = smallDigits(8, 1)
    const model = withSeed(
      1,
      healthyPrograms['CNN with batch normalisation and dropout']!.create,
    ) as tf.LayersModel
    const weights = bytesOf(model.getWeights())
    await expectNoNewTensors(async () => {
      const program = await openProgram(model, 1)
      await stepLosses(program, 2, digits)
      program.dispose()
    })
    expect(bytesOf(model.getWeights())).toEqual(weights)
    freeModel(model)
  })

  test('with a custom layer that cannot be copied is trained in place and restored', async () => {
    const create = () => {
      const model = compiled([
        dense({ inputShape: [16], units: 8 }),
        new Apply((x) => tf.relu(x)),
        tf.layers.batchNormalization(),
        tf.layers.dropout({ rate: 0.4 }),
        dense({ units: 4, activation: 'softmax' }),
      ])
      return model
    }
    const model = withSeed(1, create)
    await withSeed(9, () => trainLosses(model, 2))
    const weights = bytesOf(model.getWeights())
    await expectNoNewTensors(async () => {
      const program = await openProgram(model, 1)
      program.disableDropout!()
      program.zeroHead!()
      await stepLosses(program, 3)
      program.optimizer = tf.train.sgd(0.1)
      await stepLosses(program, 3)
      program.dispose()
    })
    expect(bytesOf(model.getWeights())).toEqual(weights)
    const twin = withSeed(1, create)
    await withSeed(9, () => trainLosses(twin, 2))
    const goOn = (one: tf.LayersModel) => withSeed(4, () => trainLosses(one, 3))
    expect(await goOn(model)).toEqual(await goOn(twin))
    freeModel(model)
    freeModel(twin)
  })

  test('with frozen layers stays frozen in its copy', async () => {
    const model = compiled([
      dense({ inputShape: [16], units: 8, trainable: false }),
      dense({ units: 4, activation: 'softmax' }),
    ])
    await expectNoNewTensors(async () => {
      const program = await openProgram(model, 1)
      expect(Object.keys(program.weights())).toHaveLength(2)
      program.dispose()
    })
    freeModel(model)
  })

  test('with custom losses and metrics is copied with them', async () => {
    const model = tf.sequential({ layers: [dense({ inputShape: [16], units: 4 })] })
    model.compile({
      optimizer: 'sgd',
      loss: (labels: tf.Tensor, logits: tf.Tensor) => tf.losses.softmaxCrossEntropy(labels, logits),
      metrics: [(labels: tf.Tensor, logits: tf.Tensor) => tf.mean(tf.abs(tf.sub(labels, logits)))],
    })
    const losses = await expectNoNewTensors(async () => {
      const program = await openProgram(model, 1)
      const losses = await stepLosses(program, 3)
      program.dispose()
      return losses
    })
    const own = []
    for (let i = 0; i < 3; i++) own.push(((await model.trainOnBatch(xs, ys)) as number[])[0])
    expect(losses).toEqual(own)
    model.dispose()
  })

  test('with an optimizer of a class of its own is copied with its settings', async () => {
    class HalvedSgd extends tf.SGDOptimizer {
      static override className = 'HalvedSgd'
      constructor(readonly halved: number) {
        super(halved / 2)
      }
      override getConfig() {
        return { halved: this.halved }
      }
      static override fromConfig<T extends tf.serialization.Serializable>(
        cls: tf.serialization.SerializableConstructor<T>,
        { halved }: tf.serialization.ConfigDict,
      ): T {
        return new cls(halved as number)
      }
    }
    const model = classifier({ optimizer: () => new HalvedSgd(0.2) })
    await expectNoNewTensors(async () => {
      const program = await openProgram(model, 1)
      expect(program.optimizer).toBeInstanceOf(HalvedSgd)
      expect(program.optimizer).not.toBe(model.optimizer)
      await stepLosses(program, 2)
      program.dispose()
    })
    freeModel(model)
  })

  test('whose optimizer cannot be copied is refused, and nothing is left behind', async () => {
    class Closed extends tf.SGDOptimizer {
      override getConfig(): never {
        throw new Error('no settings to tell')
      }
    }
    const model = classifier({ optimizer: () => new Closed(0.1) })
    await expectNoNewTensors(async () => {
      await expect(openProgram(model, 1)).rejects.toThrow(
        'a live model whose optimizer cannot be copied (no settings to tell); wanted a factory',
      )
    })
    freeModel(model)
  })
})

describe('a factory', () => {
  test('may be asynchronous', async () => {
    await expectNoNewTensors(async () => {
      const program = await openProgram(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        return classifier()
      }, 1)
      expect(await stepLosses(program, 1)).toHaveLength(1)
      program.dispose()
    })
  })

  test('may return a loop written by hand', async () => {
    await expectNoNewTensors(async () => {
      const program = await openProgram(() => new HandWrittenClassifier(16, 4), 1)
      expect(program).toBeInstanceOf(HandWrittenClassifier)
      await stepLosses(program, 2)
      program.dispose()
    })
  })

  const older = classifier()
  const uncompiled = () => tf.sequential({ layers: [dense({ inputShape: [2], units: 1 })] })
  const refused: Array<[string, unknown, string | RegExp]> = [
    [
      'throws',
      () => {
        throw new Error('no data')
      },
      'The factory threw: no data',
    ],
    [
      'rejects',
      async () => {
        throw new Error('no data')
      },
      'The factory threw: no data',
    ],
    [
      'throws something that is no error',
      () => {
        throw 'words'
      },
      'The factory threw: words',
    ],
    [
      'returns nothing',
      () => undefined,
      'subject: got a factory that returned undefined; wanted a model or a Trainable',
    ],
    ['returns null', () => null, 'a factory that returned null'],
    ['returns examples', () => ({ xs, ys }), 'a factory that returned an object with the keys xs, ys'],
    [
      'returns an older model',
      () => older,
      'a factory that returned a model made before it was called; wanted a new model at each call',
    ],
    [
      'returns a model that is not compiled',
      uncompiled,
      'a model that is not compiled; wanted a compiled model: call model.compile(',
    ],
    [
      'returns a model whose layers are all frozen',
      () => compiled([dense({ inputShape: [2], units: 1, trainable: false })]),
      'a model with no trainable weights (all layers frozen?)',
    ],
    [
      'is not one',
      42,
      'subject: got 42; wanted a compiled tf.LayersModel, a Trainable, or a factory that returns one',
    ],
    ['is a promise', Promise.resolve(older), 'subject: got a Promise (did you forget await?)'],
    ['is missing', undefined, 'subject: got undefined'],
    [
      'is a loop without clone',
      new HandWrittenClassifier(2, 2),
      'a live Trainable without clone(); wanted a factory',
    ],
    ['is a model that is not compiled', uncompiled(), 'a model that is not compiled'],
  ]
  test.each(refused)('that %s is refused in one sentence', async (_name, subject, message) => {
    await expectNoNewTensors(() => expect(openProgram(subject as Subject, 1)).rejects.toThrow(message))
  })

  test('that returns a model that is not built is refused', async () => {
    await expect(openProgram(() => tf.sequential(), 1)).rejects.toThrow(/subject: got a (model|factory)/)
  })

  test('that returns the same model again is refused the second time', async () => {
    let kept: tf.LayersModel | undefined
    const create = () => {
      kept ??= classifier()
      return kept
    }
    const first = await openProgram(create, 1)
    const message = 'a factory that returned the same model twice; wanted a new model at each call'
    await expect(openProgram(create, 1)).rejects.toThrow(message)
    first.dispose()
    await expect(openProgram(create, 1)).rejects.toThrow(message)
  })

  test('that shares an optimizer between its models is refused', async () => {
    const optimizer = tf.train.adam(0.01)
    const create = () => classifier({ optimizer: () => optimizer })
    const first = await openProgram(create, 1)
    await expectNoNewTensors(() =>
      expect(openProgram(create, 1)).rejects.toThrow(
        'one and the same optimizer object; wanted a new optimizer at each call',
      ),
    )
    first.dispose()
  })
})

describe('the seed', () => {
  const { create } = healthyPrograms['CNN with batch normalisation and dropout']!
  const examples = smallDigits(8, 2)
  const run = async (seed: number, steps = 3) => {
    const program = await openProgram(create, seed)
    const initial = bytesOf(Object.values(program.weights()))
    const losses = await withSeed(seed, () => stepLosses(program, steps, examples))
    program.dispose()
    return { initial, losses }
  }

  test.each([0, 1, -1, 42, 2 ** 31])(
    '%i makes two runs of a CNN with dropout bit-identical',
    async (seed) => {
      expect(await run(seed)).toEqual(await run(seed))
    },
  )

  test('makes runs differ when it differs, 0 included', async () => {
    const runs = await Promise.all([0, 1, 2, 3].map((seed) => run(seed, 1)))
    expect(new Set(runs.map(({ losses }) => losses[0])).size).toBe(4)
    expect(new Set(runs.map(({ initial }) => initial[0]!.toString('hex'))).size).toBe(4)
  })

  test('holds for concurrent runs', async () => {
    const slowly = async (seed: number) => {
      const program = await openProgram(async () => {
        await new Promise((resolve) => setTimeout(resolve, 3))
        return create()
      }, seed)
      const losses = await withSeed(seed, async () => {
        const all: number[] = []
        for (let i = 0; i < 4; i++) {
          all.push(...(await stepLosses(program, 1, examples)))
          await new Promise((resolve) => setImmediate(resolve))
        }
        return all
      })
      program.dispose()
      return losses
    }
    const together = await Promise.all([slowly(5), slowly(6), slowly(5)])
    const [five, six] = [await slowly(5), await slowly(6)]
    expect(together).toEqual([five, six, five])
  })
})
