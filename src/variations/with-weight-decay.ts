import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { allLayers } from '../training/layers.js'
import { assertAmount } from './assert-amount.js'
import { leavesOf } from './leaves.js'
import { everyLayer, type Settings } from './model-config.js'
import { type Finish, rewriteModel } from './rewrite-model.js'
import type { Variation } from './variation.js'

const kernels = ['kernel', 'recurrent', 'depthwise', 'pointwise'] as const

/**
 * Adds `l2` times the sum of squares of every kernel to the loss, in place of an L2 penalty it has (an L1 penalty
 * stays); 0 takes it away. Biases, gains of normalisation and embeddings are left out, as in common practice.
 */
export function withWeightDecay(l2: number): Variation {
  assertAmount('withWeightDecay', l2, 'a factor: a finite number, not below 0', (value) => value >= 0)
  return (recipe) => ({
    ...recipe,
    create: rewriteModel('withWeightDecay', recipe.create, (config) => {
      let found = 0
      for (const layer of everyLayer(config)) {
        for (const kernel of kernels) {
          const key = `${kernel}_regularizer`
          if (!(key in layer.config)) continue
          found++
          layer.config[key] = penaltyOf(layer.config[key], l2)
        }
      }
      if (found > 0) return penaliseInner(l2)
      throw new InvalidArgumentError(
        'withWeightDecay',
        'a model without a layer that takes a kernelRegularizer',
        'dense, convolutional or recurrent layers',
      )
    }),
  })
}

function penaltyOf(before: unknown, l2: number): unknown {
  const { class_name, config } = (before ?? {}) as { class_name?: string; config?: Settings }
  const l1 = class_name === 'L1L2' ? ((config?.l1 as number | undefined) ?? 0) : 0
  return l1 === 0 && l2 === 0 ? null : { class_name: 'L1L2', config: { l1, l2 } }
}

/**
 * TensorFlow.js (4.22) leaves the penalties of recurrent cells and of the two directions out of the loss, and has no
 * place for them in the configuration: the layer around them gets them.
 */
function penaliseInner(l2: number): Finish {
  return (model) => {
    if (l2 === 0) return
    for (const layer of leavesOf(model.layers)) {
      const [read, unread] = layer.getClassName() === 'TimeDistributed' ? split(layer, 2) : split(layer, 1)
      const kernels = new Set(unread.flatMap(kernelsOf))
      for (const kernel of read.flatMap(kernelsOf)) kernels.delete(kernel)
      if (kernels.size > 0) layer.addLoss([...kernels].map((kernel) => () => penalty(kernel, l2)))
    }
  }
}

/** A layer with those inside it: the first `count`, and the others. */
function split(layer: tf.layers.Layer, count: number) {
  const all = allLayers([layer])
  return [all.slice(0, count), all.slice(count)] as const
}

interface Kernel {
  read(): tf.Tensor
}

function kernelsOf(layer: tf.layers.Layer): Kernel[] {
  const { kernel, recurrentKernel, depthwiseKernel, pointwiseKernel } = layer as unknown as Record<
    string,
    Kernel | null | undefined
  >
  return [kernel, recurrentKernel, depthwiseKernel, pointwiseKernel].filter((one) => one != null)
}

function penalty(kernel: Kernel, l2: number): tf.Scalar {
  return tf.tidy(() => tf.mul(tf.sum(tf.square(kernel.read())), l2).asScalar())
}
