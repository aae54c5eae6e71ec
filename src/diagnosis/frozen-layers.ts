import type * as tf from '@tensorflow/tfjs'
import { formatPercent } from '../figures/number.js'
import { allLayers } from '../training/layers.js'
import { largestDifference } from '../training/probe.js'
import type { Trainable } from '../training/trainable.js'
import type { Cause } from './cause.js'

/** A matrix of weights of a layer: a kernel, an embedding. */
interface Kernel {
  layer: string
  shape: string
  size: number
  trained: boolean
  /** Random features are drawn on purpose, before anything that is trained, at a scale of their own. */
  onPurpose: boolean
  /** Its first values: enough to tell two random draws apart. */
  values: Float32Array
}

/** Frozen at random, so much of all kernels is no detail. */
const leastShare = 0.1
const looked = 4096

/**
 * Looks for layers that are frozen at weights nobody has trained: a second program from the same factory, under another
 * seed, has other ones. Pretrained weights and tables that are computed are the same in both; an average of weights moves
 * in the steps between `begin` and `compare`.
 */
export function watchFrozenLayers() {
  let before: Kernel[] = []
  let untrained: Kernel[] = []
  return {
    begin(program: Trainable): void {
      before = kernelsOf(program)
      if (before.every(({ trained }) => trained)) before = []
    },
    /** `openAnother`: a fresh program under another seed; it is opened only where there is something to compare. */
    async compare(program: Trainable, openAnother: () => Promise<Trainable>): Promise<void> {
      if (before.length === 0) return
      const now = kernelsOf(program)
      const other = await openAnother()
      try {
        const others = kernelsOf(other)
        untrained = before.filter(
          (kernel, i) =>
            !kernel.trained &&
            !kernel.onPurpose &&
            now[i]?.shape === kernel.shape &&
            others[i]?.shape === kernel.shape &&
            largestDifference(kernel.values, now[i].values) === 0 &&
            largestDifference(kernel.values, others[i].values) > 0,
        )
      } finally {
        other.dispose()
      }
    },
    causes(): Cause[] {
      const share = sizeOf(untrained) / sizeOf(before)
      return untrained.length > 0 && share >= leastShare ? [causeOfFrozenLayers(untrained, share)] : []
    },
  }
}

const sizeOf = (kernels: readonly Kernel[]): number => kernels.reduce((sum, { size }) => sum + size, 0)

function kernelsOf(program: Trainable): Kernel[] {
  const trained = new Set(Object.values(program.weights()).map(({ dataId }) => dataId))
  const seen = new Set<object>()
  let trainedBefore = false
  return allLayers(program.layers ?? []).flatMap((layer) => {
    const chosen = scaleIsChosen(layer)
    const kernels = madeToTrain(layer).flatMap((weight): Kernel[] => {
      if (weight.rank < 2 || seen.has(weight.dataId)) return []
      seen.add(weight.dataId)
      return [
        {
          layer: layer.name,
          shape: weight.shape.join(),
          size: weight.size,
          trained: trained.has(weight.dataId),
          onPurpose: chosen && !trainedBefore,
          values: weight.dataSync<'float32'>().slice(0, looked),
        },
      ]
    })
    trainedBefore ||= kernels.some((kernel) => kernel.trained)
    return kernels
  })
}

/** The weights a layer was given to be trained, frozen or not: no moving statistics, no tables of its own. */
function madeToTrain(layer: tf.layers.Layer): tf.Tensor[] {
  const { _trainableWeights } = layer as unknown as { _trainableWeights?: Array<{ read(): tf.Tensor }> }
  return (_trainableWeights ?? []).map((weight) => weight.read())
}

interface Initializer {
  className?: string
  config?: { stddev?: number; maxval?: number; gain?: number }
}

/** The scale that TensorFlow.js gives 'randomNormal', 'truncatedNormal' and 'randomUniform'. */
const usualScale = 0.05

/**
 * Whether the weights have a scale that somebody set. The initialisers of Glorot, He and LeCun keep gradients in size: they
 * are for layers to be trained.
 */
function scaleIsChosen(layer: tf.layers.Layer): boolean {
  let settings: Record<string, Initializer | undefined>
  try {
    settings = layer.getConfig() as typeof settings
  } catch {
    return true
  }
  const initializer =
    settings.kernelInitializer ?? settings.embeddingsInitializer ?? settings.depthwiseInitializer
  if (!initializer?.className) return true
  const { stddev, maxval, gain = 1 } = initializer.config ?? {}
  if (initializer.className === 'VarianceScaling') return false
  return initializer.className === 'Orthogonal' ? gain !== 1 : (stddev ?? maxval) !== usualScale
}

function causeOfFrozenLayers(kernels: readonly Kernel[], share: number): Cause {
  const names = [...new Set(kernels.map(({ layer }) => `'${layer}'`))]
  return {
    name: 'weights-not-updated',
    evidence: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} frozen at random weights, ${formatPercent(share)} of all in kernels: another program from the factory has other ones, and no step changes them`,
    fix: 'load the pretrained weights before you freeze a layer, or set trainable = true before compile(). Random features on purpose: give the layer an initializer with a scale of your own, such as tf.initializers.randomNormal({ stddev: 1 }), before all that is trained',
  }
}
