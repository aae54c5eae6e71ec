import type * as tf from '@tensorflow/tfjs'

interface Node {
  inputTensors: tf.SymbolicTensor[]
}
interface GraphLayer {
  weights: unknown[]
  inboundNodes: Node[]
  outputs?: tf.SymbolicTensor[]
  model?: { outputs: tf.SymbolicTensor[] }
  getClassName(): string
}

/** Layers that compute kernel · x + bias: with all weights zero their output is zero whatever the input. */
const affine = /^(Dense|Conv[123]D|Conv[23]DTranspose|SeparableConv2D|DepthwiseConv2D|LocallyConnected[12]D)$/

/**
 * The last layer with weights on the way to a model's output, past activations, reshapes and dropout.
 * Undefined when it is not an affine layer, or the output joins several branches after it.
 */
export function headOf(output: tf.SymbolicTensor): tf.layers.Layer | undefined {
  let tensor = output
  for (;;) {
    const layer = tensor.sourceLayer as unknown as GraphLayer | undefined
    if (!layer) return undefined
    const nested = layer.model?.outputs ?? layer.outputs
    if (nested) {
      if (nested.length !== 1) return undefined
      tensor = nested[0]!
      continue
    }
    if (layer.weights.length > 0) {
      const inner =
        layer.getClassName() === 'TimeDistributed' ? (layer as unknown as { layer: GraphLayer }).layer : layer
      return affine.test(inner.getClassName()) ? (layer as unknown as tf.layers.Layer) : undefined
    }
    const inputs = layer.inboundNodes[tensor.nodeIndex ?? 0]?.inputTensors ?? []
    if (inputs.length !== 1) return undefined
    tensor = inputs[0]!
  }
}
