import type * as tf from '@tensorflow/tfjs'
import { tensorsOf } from '../../src/training/examples.js'
import type { Trainable } from '../../src/training/trainable.js'
import { type Examination, Findings, peer } from './examination.js'
import { accuracyOf, kindOfLabels } from './labels.js'
import { lossTakesLogits } from './loss-kind.js'
import { activationOf, rangeOf } from './measurements.js'
import { epochLength, lossOf, observe } from './observe.js'

/** Learning rates outside are unusual; heuristic 'learning rate range'. */
const rates = { low: 1e-7, high: 0.01 }
/** Heuristic 'high validation accuracy', which leaves the first three epochs out. */
const highAccuracy = { above: 0.95, fromEpoch: 3 }
/** Heuristic 'high dropout rate'. */
const highDropout = 0.5
const inputLimits = { low: -1, high: 1 }

/** Schoop, Huang and Hartmann, CHI 2021: the heuristics and thresholds of the released callback. */
export const umlaut = peer('UMLAUT', 'Schoop, Huang and Hartmann, CHI 2021', async (examination) => {
  const program = await examination.open()
  const { layers } = program
  if (!layers) return { notApplicable: 'it needs the layers of a Keras model' }
  const findings = new Findings()
  inspectLayers(layers, lossTakesLogits(program, examination), findings)
  inspectInputs(examination, findings)
  await followEpochs(examination, program, findings)
  return findings.all()
})

function inspectLayers(layers: readonly tf.layers.Layer[], takesLogits: boolean, findings: Findings): void {
  const last = layers.at(-1)!
  // Known defect: only a layer of the class Softmax counts, not an activation, and whatever the task.
  if (last.getClassName() !== 'Softmax' && !takesLogits) {
    findings.add('no softmax', 'no Softmax layer in front of the loss', [
      'missing-softmax',
      'wrong-output-activation',
      'wrong-loss',
    ])
  }
  // Known defect: an activation that is a layer of its own is not seen.
  const linear = layers
    .slice(0, -1)
    .filter(
      (layer, i) =>
        'activation' in layer &&
        activationOf(layer) === 'linear' &&
        !(i === layers.length - 2 && last.getClassName() === 'Softmax'),
    )
  if (linear.length > 0) {
    const names = linear.map(({ name }) => name).join(', ')
    findings.add('missing activations', `layers without a nonlinear activation: ${names}`, [
      'missing-nonlinearity',
      'too-little-capacity',
    ])
  }
  const before = layers.at(-2)
  if (last.getClassName() === 'Softmax' && before && activationOf(before) !== 'linear') {
    findings.add(
      'activation in front of the softmax',
      `${before.name} has an activation before the softmax`,
      ['redundant-softmax', 'wrong-output-activation'],
    )
  }
  const dropping = layers.filter((layer) => (layer as unknown as { rate?: number }).rate! > highDropout)
  if (dropping.length > 0) {
    findings.add(
      'high dropout',
      `more than half is dropped in ${dropping.map(({ name }) => name).join(', ')}`,
      ['over-regularized'],
    )
  }
}

function inspectInputs({ data }: Examination, findings: Findings): void {
  for (const inputs of tensorsOf(data.train.xs)) {
    const { low, high } = rangeOf(inputs.dataSync())
    if (low < inputLimits.low || high > inputLimits.high) {
      findings.add('input limits', `inputs reach from ${low} to ${high}, outside [-1, 1]`, [
        'unnormalized-inputs',
        'outliers',
      ])
    }
    if (inputs.dtype !== 'float32') {
      findings.add('input type', `inputs are of type ${inputs.dtype}`, ['unnormalized-inputs'])
    }
    if (inputs.rank === 4 && inputs.shape[1] !== inputs.shape[2]) {
      findings.add('input shape', `images of shape [${inputs.shape}] are not N, H, W, C`, ['examples-mixed'])
    }
  }
}

async function followEpochs(examination: Examination, program: Trainable, findings: Findings) {
  const { train, validation } = examination.data
  const labels = kindOfLabels(program, train)
  const length = epochLength(examination)
  let before: { loss: number; validationLoss: number } | undefined
  let epoch = 0
  await observe(examination, {
    program,
    labels,
    at: (step) => (step + 1) % length === 0,
    see({ loss, accuracy }) {
      if (Number.isNaN(loss)) {
        // Known defect: without a NaN in the inputs it has nothing to say about a loss that is NaN.
        const inputs = tensorsOf(train.xs).some((tensor) => tensor.dataSync().some(Number.isNaN))
        if (inputs) findings.add('NaN in the inputs', 'the inputs hold NaN', ['non-finite-data'])
      }
      const { learningRate } = program.optimizer as unknown as { learningRate?: number }
      if (learningRate !== undefined && learningRate > rates.high) {
        findings.add('high learning rate', `the learning rate is high: ${learningRate}`, [
          'learning-rate-too-high',
          'diverging-loss',
        ])
      } else if (learningRate !== undefined && learningRate < rates.low) {
        findings.add('low learning rate', `the learning rate is low: ${learningRate}`, [
          'learning-rate-too-low',
          'gradient-sign',
        ])
      }
      const validationLoss = lossOf(program, validation)
      // One epoch is enough.
      if (before && validationLoss > before.validationLoss && loss <= before.loss) {
        findings.add('overfitting', `the validation loss rises in epoch ${epoch}, the training loss falls`, [
          'under-regularized',
        ])
      }
      before = { loss, validationLoss }
      const validationAccuracy = accuracyOf(program, validation, labels)
      if (epoch >= highAccuracy.fromEpoch && accuracy !== undefined && validationAccuracy !== undefined) {
        if (validationAccuracy > highAccuracy.above || validationAccuracy > accuracy) {
          findings.add(
            'validation accuracy',
            `validation accuracy ${validationAccuracy.toFixed(3)}, training accuracy ${accuracy.toFixed(3)}`,
            ['train-validation-overlap', 'target-leak', 'label-map-mismatch', 'augmentation-shift'],
          )
        }
      }
      epoch++
      return undefined
    },
  })
}
