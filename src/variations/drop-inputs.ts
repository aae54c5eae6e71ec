import { InvalidArgumentError } from '../errors.js'
import { isSequential, type ModelConfig, nameOf } from './model-config.js'
import { rewire } from './rewire.js'

/** Layers that can do with fewer inputs, and with one of them are nothing but it. */
const joins = /^(Concatenate|Add|Average|Maximum|Minimum|Multiply)$/

/** Takes whole inputs out of a functional model, with the layers that depend on nothing else. */
export function dropInputs(config: ModelConfig, names: readonly string[]): void {
  const inputs = isSequential(config) ? [] : config.config.input_layers!.map(([name]) => name)
  const unknown = names.find((name) => !inputs.includes(name))
  if (unknown !== undefined || names.length >= inputs.length) {
    throw new InvalidArgumentError(
      'withoutFeatures',
      unknown === undefined ? 'all inputs of the model' : `no input called "${unknown}"`,
      inputs.length > 1
        ? `some of the inputs ${inputs.join(', ')}`
        : 'columns of the only input: withoutFeatures([0, 3])',
    )
  }
  const outputs = config.config.output_layers!.map(([name]) => name)
  rewire(config, (layer, left, had) => {
    if (had === 0) return names.includes(nameOf(layer)) ? 'gone' : { keep: [] }
    if (left.length === had) return { keep: left }
    const isOutput = outputs.includes(nameOf(layer))
    if (left.length === 0 && !isOutput) return 'gone'
    if (joins.test(layer.class_name) && left.length > 0 && !(isOutput && left.length === 1)) {
      return left.length === 1 ? { replaceBy: left[0]! } : { keep: left }
    }
    throw new InvalidArgumentError(
      'withoutFeatures',
      left.length === 0
        ? `an output ("${nameOf(layer)}") that depends on ${names.join(', ')} alone`
        : `a ${layer.class_name} ("${nameOf(layer)}") that cannot do without ${names.join(', ')}`,
      'inputs that are joined by Concatenate, Add, Average, Maximum, Minimum or Multiply',
    )
  })
}
