import * as tf from '@tensorflow/tfjs'
import { inputsOf } from './align.js'
import { type CompiledModel, coreOf } from './internals.js'
import { allLayers, silence } from './layers.js'
import { disposeOptimizer } from './optimizer-copy.js'
import type { TensorGroup, Viewed } from './trainable.js'

/** A LayersModel, compiled or not, as far as it is only looked at. */
export class LayersView implements Viewed {
  readonly layers: readonly tf.layers.Layer[]
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  protected readonly core: CompiledModel
  protected readonly undo: Array<() => void> = []

  /** `ownership`: 'owned' is disposed with the view; 'borrowed' is left as it was. */
  constructor(
    readonly model: tf.LayersModel,
    protected readonly ownership: 'owned' | 'borrowed',
  ) {
    this.core = coreOf(model)
    // A Sequential's own list starts with the first layer the user wrote; messages count from there.
    this.layers = model.layers
    this.inputNames = this.core.inputNames
    this.outputNames = this.core.outputNames
  }

  predict(xs: TensorGroup): tf.Tensor | tf.Tensor[] {
    const inputs = inputsOf(this.core, xs)
    return this.core.predict(inputs.length === 1 ? inputs[0]! : inputs, { batchSize: inputs[0]!.shape[0]! })
  }

  weights(): Record<string, tf.Variable> {
    const variables = this.core.trainableWeights.map((weight) => weight.read() as tf.Variable)
    return Object.fromEntries(variables.map((variable) => [variable.name, variable]))
  }

  activations(xs: TensorGroup): Array<tf.Tensor | undefined> {
    const outputs = this.layers.map((layer) =>
      layer.inboundNodes.length === 1 && !Array.isArray(layer.output) ? layer.output : undefined,
    )
    const single = outputs.filter((output) => output !== undefined)
    // Never disposed: that would dispose the layers, which it shares with the model.
    const probe = tf.model({ inputs: this.core.inputs, outputs: single })
    const inputs = inputsOf(this.core, xs)
    const values = [probe.predict(inputs, { batchSize: inputs[0]!.shape[0]! })].flat()
    return outputs.map((output) => (output ? values.shift() : undefined))
  }

  disableDropout(): void {
    for (const layer of allLayers(this.core.layers)) this.undo.push(silence(layer))
  }

  dispose(): void {
    for (const undo of this.undo.reverse()) undo()
    if (this.ownership === 'borrowed') return
    const { optimizer_, isOptimizerOwned } = this.core
    const weights = this.model.weights.map((weight) => weight.read())
    this.model.dispose()
    // A model inside a model keeps its weights (4.22).
    tf.dispose(weights.filter((weight) => !weight.isDisposed))
    if (optimizer_ != null && !isOptimizerOwned) disposeOptimizer(optimizer_)
  }
}
