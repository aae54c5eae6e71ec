import * as tf from '@tensorflow/tfjs'
import { contentOfProgram } from '../memo/program-content.js'
import { coreOf } from '../training/internals.js'
import { disposeOptimizer } from '../training/optimizer-copy.js'
import { tensorOf, type Values, valuesOf } from '../training/values.js'

/** A fresh, compiled model of TensorFlow.js's own parts as data, to be made again in another process. */
export interface PortableProgram {
  /** What it has to be again (`contentOfProgram`). */
  content: string
  topology: unknown
  weights: Values[]
  loss: unknown
  metrics: unknown
  optimizer: { className: string; config: unknown; fields: Record<string, number | boolean> }
}

/** Undefined for what is no model, or holds code of the user: only its own process can make that. */
export function portableProgram(program: unknown): PortableProgram | undefined {
  const content = contentOfProgram(program)
  if (content === undefined) return undefined
  const model = program as tf.LayersModel
  const core = coreOf(model)
  const { loss, metrics, optimizer_: optimizer } = core as typeof core & { metrics: unknown }
  // Functions do not travel; those of TensorFlow.js have names that compile() knows.
  if (holdsFunction(loss) || holdsFunction(metrics)) return undefined
  return {
    content,
    topology: model.toJSON(null, false),
    weights: core.getWeights().map(valuesOf),
    loss,
    metrics,
    optimizer: {
      className: optimizer.getClassName(),
      config: optimizer.getConfig(),
      fields: Object.fromEntries(
        Object.entries(optimizer).filter(([, value]) => ['number', 'boolean'].includes(typeof value)),
      ),
    },
  }
}

function holdsFunction(value: unknown): boolean {
  if (typeof value === 'function') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsFunction)
}

/** The same model again. Throws where it is not the same in everything that its training depends on. */
export async function madeAgain(portable: PortableProgram): Promise<tf.LayersModel> {
  const { content, topology, weights, loss, metrics } = portable
  const model = await tf.models.modelFromJSON(topology as tf.io.ModelJSON)
  const tensors = weights.map(tensorOf)
  model.setWeights(tensors)
  tf.dispose(tensors)
  model.compile({
    optimizer: optimizerOf(portable),
    loss: loss as string,
    metrics: metrics as string[],
  })
  if (contentOfProgram(model) === content) return model
  disposeOptimizer(model.optimizer)
  model.dispose()
  throw new Error('the model is another one in this process')
}

function optimizerOf({ optimizer: { className, config, fields } }: PortableProgram): tf.Optimizer {
  const { classNameMap } = tf.serialization.SerializationMap.getMap()
  const [optimizerClass, fromConfig] = classNameMap[className]!
  const optimizer = fromConfig(
    optimizerClass,
    config as tf.serialization.ConfigDict,
  ) as unknown as tf.Optimizer
  Object.assign(optimizer, fields)
  return optimizer
}
