import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { type LossDescription, lossByName } from '../statistics/losses.js'
import { type AlignedExamples, alignToModel, inputsOf } from './align.js'
import { headOf } from './head.js'
import type { CompiledModel } from './internals.js'
import { allLayers, masksSince } from './layers.js'
import { LayersView } from './layers-view.js'
import { copyOptimizer, disposeOptimizer } from './optimizer-copy.js'
import type { Examples, TensorGroup, Trainable } from './trainable.js'

/**
 * A compiled LayersModel (sequential or functional) as a `Trainable`. A step runs the model's own train
 * function, the one behind `fit` and `trainOnBatch`, with the loss, metrics, regularisers and optimizer it was
 * compiled with; losses are left on the backend, so that a step does not wait for them.
 */
export class LayersModelProgram extends LayersView implements Trainable {
  readonly lossDescriptions: LossDescription[] | undefined
  /** Inherits from the model and shadows its optimizer, so that the model itself is never changed. */
  private readonly shadow: CompiledModel
  /** The batch arranged last: overfitting feeds the same one at every step. */
  private aligned: { batch: Examples; examples: AlignedExamples } | undefined
  private lastMetrics: tf.Scalar[] = []
  private trainFunction: (data: tf.Tensor[]) => tf.Scalar[]

  /**
   * `model` is trained in place. `ownership`: 'owned' is disposed with the program; 'borrowed' gets its
   * weights back and keeps its own optimizer untouched.
   */
  constructor(model: tf.LayersModel, ownership: 'owned' | 'borrowed') {
    super(model, ownership)
    if (
      this.core.optimizer_ == null ||
      this.core.lossFunctions == null ||
      this.core.lossFunctions.length === 0
    ) {
      throw new InvalidArgumentError(
        'subject',
        'a model that is not compiled',
        'a compiled model: call model.compile({ optimizer, loss }) before returning it',
      )
    }
    this.lossDescriptions = describeLosses(this.core)
    this.shadow = Object.create(this.core, { optimizer_: { value: this.core.optimizer_, writable: true } })
    if (ownership === 'borrowed') {
      this.shadow.optimizer_ = copyOptimizer(this.core.optimizer_)
      const weights = this.core.getWeights().map((weight) => weight.clone())
      this.undo.push(() => {
        this.core.setWeights(weights)
        tf.dispose(weights)
      })
    }
    for (const layer of allLayers(this.core.layers)) this.undo.push(masksSince(layer))
    this.trainFunction = this.core.makeTrainFunction.call(this.shadow)
  }

  get optimizer(): tf.Optimizer {
    return this.shadow.optimizer_
  }

  set optimizer(optimizer: tf.Optimizer) {
    const replaced = this.shadow.optimizer_
    if (replaced !== this.core.optimizer_) disposeOptimizer(replaced)
    this.shadow.optimizer_ = optimizer
  }

  predictInTraining(xs: TensorGroup): tf.Tensor | tf.Tensor[] {
    const inputs = inputsOf(this.core, xs)
    return tf.tidy(
      () => this.core.apply(inputs.length === 1 ? inputs[0]! : inputs, { training: true }) as tf.Tensor,
    )
  }

  loss(batch: Examples): tf.Scalar {
    return tf.tidy(() => this.lossOfPredictions([this.predict(batch.xs)].flat(), batch))
  }

  lossOfPredictions(predictions: tf.Tensor[], batch: Examples): tf.Scalar {
    return tf.tidy(() =>
      tf.addN(this.lossPerOutput(predictions, batch, this.align(batch).weights)).asScalar(),
    )
  }

  outputLosses(batch: Examples): tf.Scalar[] {
    return tf.tidy(() => this.lossPerOutput([this.predict(batch.xs)].flat(), batch, []))
  }

  private lossPerOutput(predictions: tf.Tensor[], batch: Examples, weights: tf.Tensor[]): tf.Scalar[] {
    const { targets } = this.align(batch)
    return this.core.lossFunctions.map((lossFunction, i) => {
      const loss = lossFunction(targets[i]!, predictions[i]!)
      return tf.mean(weights[i] ? tf.mul(loss, weights[i]) : loss).asScalar()
    })
  }

  step(batch: Examples): tf.Scalar {
    const { inputs, targets, weights } = this.align(batch)
    const [loss, ...metrics] = this.trainFunction([...inputs, ...targets, ...weights])
    tf.dispose(this.lastMetrics)
    this.lastMetrics = metrics
    return loss!
  }

  metrics(): tf.NamedTensorMap {
    // The first name is that of the loss.
    return Object.fromEntries(
      this.lastMetrics.map((metric, i) => [this.core.metricsNames[i + 1]!, metric.clone()]),
    )
  }

  evaluateMetrics(batch: Examples): Record<string, number> {
    return tf.tidy(() => {
      const predictions = [this.predict(batch.xs)].flat()
      const { targets } = this.align(batch)
      // The first name is that of the loss.
      return Object.fromEntries(
        this.core.metricsTensors.map(([metric, output], i) => [
          this.core.metricsNames[i + 1]!,
          tf.mean(metric(targets[output]!, predictions[output]!)).dataSync()[0]!,
        ]),
      )
    })
  }

  stepWithGradients(batch: Examples): { loss: tf.Scalar; gradients: tf.NamedTensorMap } {
    const gradients: tf.NamedTensorMap = {}
    const optimizer = this.shadow.optimizer_
    // The train function only calls minimize: hand it one that keeps the gradients.
    this.shadow.optimizer_ = {
      minimize: (f: () => tf.Scalar, _returnCost: boolean, variables: tf.Variable[]) => {
        const { value, grads } = optimizer.computeGradients(f, variables)
        optimizer.applyGradients(variables.map(({ name }) => ({ name, tensor: grads[name]! })))
        for (const [name, gradient] of Object.entries(grads)) if (gradient != null) gradients[name] = gradient
        return value
      },
    } as unknown as tf.Optimizer
    try {
      return { loss: this.step(batch), gradients }
    } finally {
      this.shadow.optimizer_ = optimizer
    }
  }

  zeroHead(): boolean {
    const heads = this.core.outputs.map(headOf)
    if (heads.some((head) => head === undefined)) return false
    for (const head of heads) {
      const before = head!.getWeights().map((weight) => weight.clone())
      const zeros = before.map((weight) => tf.zerosLike(weight))
      head!.setWeights(zeros)
      tf.dispose([...before, ...zeros])
    }
    return true
  }

  disablePenalty(): void {
    this.shadow.calculateLosses = () => []
  }

  penalty(): tf.Scalar | undefined {
    if (this.shadow.calculateLosses !== this.core.calculateLosses) return undefined
    if (!allLayers(this.core.layers).some((layer) => layer.losses.length > 0)) return undefined
    return tf.tidy(() => {
      const losses = this.core.calculateLosses()
      return losses.length === 0 ? tf.scalar(0) : tf.addN(losses).asScalar()
    })
  }

  override dispose(): void {
    tf.dispose([...(this.aligned?.examples.owned ?? []), ...this.lastMetrics])
    if (this.shadow.optimizer_ !== this.core.optimizer_) disposeOptimizer(this.shadow.optimizer_)
    super.dispose()
  }

  private align(batch: Examples): AlignedExamples {
    if (this.aligned?.batch === batch) return this.aligned.examples
    tf.dispose(this.aligned?.examples.owned ?? [])
    this.aligned = undefined
    const examples = alignToModel(this.core, batch, this.lossDescriptions)
    this.aligned = { batch, examples }
    return examples
  }
}

/** The losses given to `compile`, per output; undefined when one of them is a function that has to be probed. */
function describeLosses(core: CompiledModel): LossDescription[] | undefined {
  const { loss, outputNames } = core
  const perOutput = outputNames.map((name, i) => {
    if (typeof loss === 'string' || typeof loss === 'function') return loss
    return Array.isArray(loss) ? loss[i] : loss[name]
  })
  const described = perOutput.map((one) => (typeof one === 'string' ? lossByName(one) : undefined))
  return described.every((one) => one !== undefined) ? described : undefined
}
