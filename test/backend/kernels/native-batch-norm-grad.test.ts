import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { describeNative } from './on-native-backend.js'
import { withPublishedGradients } from './published-gradient.js'

const names = ['x', 'mean', 'variance', 'offset', 'scale']

function inputsFor(shape: number[], smallest = 0.1): tf.Tensor[] {
  const channels = [shape.at(-1)!]
  return [
    tf.randomNormal(shape, 1, 2, 'float32', 1),
    tf.randomNormal(channels, 1, 1, 'float32', 2),
    tf.randomUniform(channels, smallest, 3, 'float32', 3),
    tf.randomNormal(channels, 0, 1, 'float32', 4),
    tf.randomNormal(channels, 1, 1, 'float32', 5),
  ]
}

describeNative('native gradient of batch normalisation', () => {
  const normalize = (inputs: tf.Tensor[]): tf.Tensor => {
    const [x, mean, variance, offset, scale] = inputs as tf.Tensor1D[]
    return tf.batchNorm(x as tf.Tensor, mean!, variance!, offset, scale, 1e-3)
  }
  const gradientsOf = (make: () => tf.Tensor[]): number[][] =>
    tf.tidy(() => {
      const inputs = make()
      const dy = tf.randomNormal(inputs[0]!.shape, 0, 1, 'float32', 6)
      return tf
        .grads((...args: tf.Tensor[]) => normalize(args))(inputs, dy)
        .map((gradient) => [...gradient.dataSync()])
    })

  function expectClose(found: number[][], expected: number[][], relative = 2e-6): void {
    for (const [i, values] of expected.entries()) {
      const scale = Math.max(...values.map(Math.abs), 1e-30)
      const farthest = values.reduce((most, value, j) => Math.max(most, Math.abs(value - found[i]![j]!)), 0)
      expect.soft(farthest / scale, names[i]).toBeLessThan(relative)
      expect(found[i]).toHaveLength(values.length)
    }
  }

  it('is one kernel', async () => {
    const { kernelNames, result } = await tf.profile(() => {
      gradientsOf(() => inputsFor([2, 3, 3, 4]))
      return tf.scalar(0)
    })
    tf.dispose(result)
    expect(kernelNames).toContain('VitestRecipeFusedBatchNormGrad')
  })

  it.each([
    ['images', [8, 7, 5, 3]],
    ['vectors', [33, 10]],
    ['sequences', [4, 9, 6]],
    ['one channel', [16, 4, 4, 1]],
    ['one example of one pixel', [1, 1, 1, 5]],
  ])('of %s is what TensorFlow.js composes, to 2e-6 of the largest entry', (_, shape) => {
    const make = () => inputsFor(shape)
    expectClose(
      gradientsOf(make),
      withPublishedGradients(() => gradientsOf(make)),
    )
  })

  it('of constant channels, whose variance is zero, too', () => {
    const make = () => {
      const [x, mean, , offset, scale] = inputsFor([16, 3, 3, 2]) as [tf.Tensor, tf.Tensor, ...tf.Tensor[]]
      return [x, mean, tf.zeros([2]), offset!, scale!]
    }
    expectClose(
      gradientsOf(make),
      withPublishedGradients(() => gradientsOf(make)),
    )
  })

  it('is not a number where its input is not', () => {
    const broken = (value: number) => () => {
      const [x, ...others] = inputsFor([4, 2, 2, 2]) as [tf.Tensor, ...tf.Tensor[]]
      return [tf.concat([tf.fill([1, 2, 2, 2], value), tf.slice(x, [1, 0, 0, 0], [3, 2, 2, 2])]), ...others]
    }
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const finite = (gradients: number[][]) => gradients.map((values) => values.map(Number.isFinite))
      const native = gradientsOf(broken(value))
      const composed = withPublishedGradients(() => gradientsOf(broken(value)))
      expect(finite(native)).toEqual(finite(composed))
    }
  })

  it('of a mean for each cell is left to TensorFlow.js', () => {
    const make = () => {
      const shape = [2, 3, 3, 2]
      return [0, 1, 2, 3, 4].map((seed) => tf.randomUniform(shape, 0.5, 2, 'float32', seed + 1))
    }
    expect(gradientsOf(make)).toEqual(withPublishedGradients(() => gradientsOf(make)))
  })

  it('within a gradient it can be differentiated', () => {
    const penalty = () =>
      tf.tidy(() => {
        const [, mean, variance, offset, scale] = inputsFor([3, 2, 2, 2]) as tf.Tensor1D[]
        const slope = tf.grad((x: tf.Tensor) =>
          tf.sum(tf.square(tf.batchNorm(x, mean!, variance!, offset, scale))),
        )
        const x = tf.randomNormal([3, 2, 2, 2], 0, 1, 'float32', 9)
        return [
          [
            ...tf
              .grad((z: tf.Tensor) => tf.sum(tf.square(slope(z))))(x)
              .dataSync(),
          ],
        ]
      })
    expectClose(
      penalty(),
      withPublishedGradients(() => penalty()),
    )
  })

  it('a layer trains as composed', async () => {
    const weightsAfter = async (published: boolean) => {
      const model = tf.sequential({
        layers: [
          tf.layers.dense({
            inputShape: [5],
            units: 7,
            kernelInitializer: tf.initializers.glorotNormal({ seed: 1 }),
          }),
          tf.layers.batchNormalization(),
          tf.layers.dense({ units: 1, kernelInitializer: tf.initializers.glorotNormal({ seed: 2 }) }),
        ],
      })
      const optimizer = tf.train.sgd(0.05)
      const [xs, ys] = [
        tf.randomNormal([16, 5], 0, 1, 'float32', 3),
        tf.randomNormal([16, 1], 0, 1, 'float32', 4),
      ]
      const step = () =>
        void optimizer.minimize(() =>
          tf.tidy(() => tf.losses.meanSquaredError(ys, model.apply(xs, { training: true }) as tf.Tensor)),
        )
      for (let i = 0; i < 10; i++) published ? withPublishedGradients(step) : step()
      const weights = model.getWeights().map((weight) => [...weight.dataSync()])
      model.dispose()
      optimizer.dispose()
      tf.dispose([xs, ys])
      return weights.flat()
    }
    expectClose([await weightsAfter(false)], [await weightsAfter(true)], 1e-5)
  })
})
