import * as tf from '@tensorflow/tfjs'
import { formatPercent } from '../figures/number.js'
import type { Examples, Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'

/** What the layers of a fresh program show by themselves, most certain first. Costs one forward pass. */
export function inspectModel(program: Trainable, batch: Examples): Cause[] {
  const layers = program.layers
  if (!layers) return []
  return [
    ...softmaxTwice(layers),
    ...hiddenSoftmax(layers),
    ...reluOnLogits(layers),
    ...symmetricKernels(layers),
    ...deadLayers(program, layers, batch),
    ...linearChain(layers),
  ]
}

const activationOf = (layer: tf.layers.Layer): string | undefined => {
  if (layer.getClassName() === 'Softmax') return 'softmax'
  if (layer.getClassName() === 'ReLU') return 'relu'
  return (layer as unknown as { activation?: { getClassName?(): string } }).activation?.getClassName?.()
}

/** Whether a layer's output is what the other takes: branches of a model follow each other in the list of its layers, too. */
const feeds = (before: tf.layers.Layer, after: tf.layers.Layer): boolean =>
  after.inboundNodes.some(({ inboundLayers }) => inboundLayers.includes(before))

function softmaxTwice(layers: readonly tf.layers.Layer[]): Cause[] {
  for (let i = 1; i < layers.length; i++) {
    if (activationOf(layers[i]!) !== 'softmax' || layers[i]!.getWeights().length > 0) continue
    if (activationOf(layers[i - 1]!) !== 'softmax' || !feeds(layers[i - 1]!, layers[i]!)) continue
    return [
      {
        name: 'redundant-softmax',
        evidence: `layer ${i} (${layers[i]!.getClassName()}) applies softmax to the output of layer ${i - 1} (${layers[i - 1]!.getClassName()}), which is a softmax already`,
        fix: `remove layer ${i}, or the activation of layer ${i - 1}`,
      },
    ]
  }
  return []
}

/** Units of a softmax compete, and share a sum of 1: a layer behind gets next to nothing. Attention is no chain of layers. */
function hiddenSoftmax(layers: readonly tf.layers.Layer[]): Cause[] {
  const last = layers.findLastIndex((layer) => layer.getWeights().length > 0)
  const found = layers.findIndex(
    (layer, i) => i < last && activationOf(layer) === 'softmax' && layer.outboundNodes.length > 0,
  )
  if (found < 0 || layers.some((layer) => layer.inboundNodes.length !== 1 || Array.isArray(layer.input)))
    return []
  return [
    {
      name: 'redundant-softmax',
      evidence: `layer ${found} (${layers[found]!.getClassName()}) is a hidden layer with softmax: its outputs sum to 1, so each is small and their gradients smaller`,
      fix: `give layer ${found} activation: 'relu', and softmax to the last layer only`,
    },
  ]
}

/** A softmax over rectified logits cannot tell any two classes apart that it wants to be unlikely. */
function reluOnLogits(layers: readonly tf.layers.Layer[]): Cause[] {
  const last = layers.length - 1
  const [before, head] = [layers[last - 1], layers[last]]
  if (!before || !head || head.getWeights().length > 0 || activationOf(head) !== 'softmax') return []
  if (activationOf(before) !== 'relu' || !feeds(before, head)) return []
  return [
    {
      name: 'wrong-output-activation',
      evidence: `the logits go through the relu of layer ${last - 1} (${before.getClassName()}) before the softmax: where it is off for all classes no gradient is left`,
      fix: `remove activation: 'relu' from layer ${last - 1}`,
    },
  ]
}

/** Units that start equal get equal gradients and stay equal. */
function symmetricKernels(layers: readonly tf.layers.Layer[]): Cause[] {
  for (const [i, layer] of layers.slice(0, -1).entries()) {
    const kernel = layer.getWeights()[0]
    if (!/^(Dense|Conv)/.test(layer.getClassName()) || !kernel || kernel.shape.at(-1)! < 2) continue
    const units = kernel.shape.at(-1)!
    const values = kernel.dataSync()
    if (values.every((value, at) => value === values[at - (at % units)])) {
      return [
        {
          name: 'symmetric-init',
          evidence: `all ${units} units of layer ${i} (${layer.getClassName()}) start with the same weights, so they learn the same`,
          fix: "remove the constant kernelInitializer ('zeros', 'ones'); the default, glorotNormal, draws each weight",
        },
      ]
    }
  }
  return []
}

/** A layer with relu whose units are off for every example passes no gradient. */
function deadLayers(program: Trainable, layers: readonly tf.layers.Layer[], batch: Examples): Cause[] {
  if (!program.activations) return []
  const activations = program.activations(batch.xs)
  try {
    for (const [i, layer] of layers.entries()) {
      const output = activations[i]
      if (!output || !/^relu/.test(activationOf(layer) ?? '')) continue
      const dead = tf.tidy(() => {
        const perUnit = tf.max(output.reshape([-1, output.shape.at(-1)!]), 0)
        return tf.mean(tf.lessEqual(perUnit, 0).toFloat()).dataSync()[0]!
      })
      if (dead > 0.9) {
        return [
          {
            name: 'dead-units',
            evidence: `${formatPercent(dead)} of the units of layer ${i} (${layer.getClassName()}) give 0 for every example of the batch`,
            fix: 'lower the learning rate or the initial weights, start biases at 0, or use leaky relu',
          },
        ]
      }
    }
  } finally {
    tf.dispose(activations.filter((tensor) => tensor !== undefined))
  }
  return []
}

/** Layers that compute an affine function, or only move values: a chain of them is a single affine function. */
const affineOrMoving =
  /^(InputLayer|Dense|Conv[123]D|Conv[23]DTranspose|SeparableConv2D|DepthwiseConv2D|Flatten|Reshape|Permute|Dropout|AveragePooling[123]D|GlobalAveragePooling[12]D|ZeroPadding2D)$/

/** No nonlinearity before the last layer: no more than linear regression, with one layer or with several. */
function linearChain(layers: readonly tf.layers.Layer[]): Cause[] {
  const hidden = layers.slice(0, -1)
  const weighted = layers.filter((layer) => layer.getWeights().length > 0)
  const linear = hidden.every(
    (layer) => affineOrMoving.test(layer.getClassName()) && (activationOf(layer) ?? 'linear') === 'linear',
  )
  if (weighted.length === 0 || !linear) return []
  if (weighted.length === 1) {
    return [
      {
        name: 'too-little-capacity',
        evidence: `the model is a single ${weighted[0]!.getClassName()} layer: its scores are a linear function of the inputs`,
        fix: "add a hidden layer with activation: 'relu'",
      },
    ]
  }
  return [
    {
      name: 'missing-nonlinearity',
      evidence: `the ${weighted.length} layers with weights have no activation between them, so together they are one linear layer`,
      fix: "give the hidden layers activation: 'relu'",
    },
  ]
}
