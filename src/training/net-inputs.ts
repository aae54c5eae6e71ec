import * as tf from '@tensorflow/tfjs'
import { tensorsOf } from './examples.js'
import { allLayers } from './layers.js'
import type { TensorGroup, Viewed } from './trainable.js'

/** What the first weights of a program are combined with, for one of its inputs. */
export interface NetInput {
  shape: number[]
  values: Float32Array
  dtype: tf.DataType
  /** The program changed the numbers before its first weights saw them. */
  changed: boolean
}

type Kernel = (name: string, inputs: tf.NamedTensorMap, attributes?: unknown) => tf.Tensor | tf.Tensor[]

/** Kernels that only rearrange numbers, so that the picture before them is the better one to look at. */
const layoutKernels = new Set(['Reshape', 'Identity', 'Cast', 'Transpose', 'PadV2', 'MirrorPad', 'Unpack'])

/** Where a tensor comes from: the inputs it depends on, and the same numbers before they were rearranged. */
interface Origin {
  inputs: ReadonlySet<number>
  source: tf.Tensor
}

/**
 * What the net really receives: predicts once and watches which numbers meet the trainable weights first, one per
 * input. All preprocessing lies before that, whether it is done in layers (Rescaling, a layer of one's own without
 * trainable weights) or in `predict`; flattening, padding and transposing are undone. Undefined for an input that
 * meets no weight.
 */
export function captureNetInputs(program: Viewed, xs: TensorGroup): Array<NetInput | undefined> {
  const given = tensorsOf(xs, program.inputNames)
  const captured: Array<NetInput | undefined> = given.map(() => undefined)
  const weights = new Set(weightsOf(program).map(({ id }) => id))
  const origins = new Map<number, Origin>(
    given.map((tensor, i) => [tensor.id, { inputs: new Set([i]), source: tensor }]),
  )
  const held: tf.Tensor[] = []
  const watch: Watch = (name, inputs, outputs, hold) => {
    if (captured.every((one) => one !== undefined)) return
    const fromData = inputs.filter(({ id }) => origins.has(id))
    if (inputs.some(({ id }) => weights.has(id))) {
      for (const tensor of fromData) capture(origins.get(tensor.id)!, given, captured)
      if (fromData.length === 0) for (const { id } of outputs) weights.add(id)
    }
    if (fromData.length === 0) return
    const depends = new Set(fromData.flatMap(({ id }) => [...origins.get(id)!.inputs]))
    const keepsSource =
      layoutKernels.has(name) || (name === 'Slice' && cutsBatchOnly(inputs[0]!, outputs[0]!))
    for (const output of outputs) {
      const source = keepsSource ? origins.get(fromData[0]!.id)!.source : hold(output)
      if (!keepsSource) held.push(source)
      origins.set(output.id, { inputs: depends, source })
    }
  }
  try {
    whileWatching(watch, () => tf.dispose(program.predict(xs)))
  } finally {
    tf.dispose(held)
  }
  return captured
}

function capture(
  { inputs, source }: Origin,
  given: tf.Tensor[],
  captured: Array<NetInput | undefined>,
): void {
  for (const input of inputs) {
    captured[input] ??= {
      shape: [...source.shape],
      values: Float32Array.from(source.dataSync()),
      dtype: source.dtype,
      changed: source !== given[input],
    }
  }
}

function cutsBatchOnly(before: tf.Tensor, after: tf.Tensor): boolean {
  return before.rank === after.rank && before.shape.slice(1).join() === after.shape.slice(1).join()
}

/** Viewed weights, also those that are frozen now. A layer's constants, such as a mean to subtract, are none. */
function weightsOf(program: Viewed): tf.Tensor[] {
  const layers = allLayers(program.layers ?? []) as unknown as Array<{
    _trainableWeights?: Array<{ read(): tf.Tensor }>
  }>
  return [
    ...Object.values(program.weights()),
    ...layers.flatMap(({ _trainableWeights = [] }) => _trainableWeights.map((weight) => weight.read())),
  ]
}

/** `hold` keeps the numbers of a tensor alive, whoever disposes it. The caller disposes what it returns. */
type Watch = (
  name: string,
  inputs: tf.Tensor[],
  outputs: tf.Tensor[],
  hold: (tensor: tf.Tensor) => tf.Tensor,
) => void

/** Every kernel that `body` runs is shown to `watch`. The engine is the same for all copies of TensorFlow.js. */
function whileWatching(watch: Watch, body: () => void): void {
  const engine = tf.engine() as unknown as { runKernel: Kernel }
  const runKernel = engine.runKernel
  const hold = (x: tf.Tensor) => tf.keep(runKernel.call(engine, 'Identity', { x }) as tf.Tensor)
  engine.runKernel = (name, inputs, attributes) => {
    const result = runKernel.call(engine, name, inputs, attributes)
    watch(name, Object.values(inputs).flat().filter(Boolean), [result].flat(), hold)
    return result
  }
  try {
    body()
  } finally {
    // The method of the class again.
    delete (engine as { runKernel?: Kernel }).runKernel
    if (engine.runKernel !== runKernel) engine.runKernel = runKernel
  }
}
