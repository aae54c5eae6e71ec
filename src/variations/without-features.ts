import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { describe, isTensor, mapGroup, tensorsOf } from '../training/examples.js'
import type { Examples, TensorGroup } from '../training/trainable.js'
import { dropInputs } from './drop-inputs.js'
import type { ModelConfig } from './model-config.js'
import { inputsOfModel, setShape, shapeOf } from './model-inputs.js'
import { rewriteModel } from './rewrite-model.js'
import type { Create, Variation } from './variation.js'
import { varyExamples, withInputs } from './vary-examples.js'

/**
 * The program without some of its inputs, in data and model alike: columns (places on the last axis) of its only input,
 * columns of inputs by name, or whole inputs by name.
 */
export function withoutFeatures(
  features: readonly number[] | readonly string[] | Record<string, readonly number[]>,
): Variation {
  const dropped = readFeatures(features)
  return (recipe) => {
    const create = (one: Create) =>
      rewriteModel('withoutFeatures', one, (config, model) => {
        if (dropped.kind === 'inputs') dropInputs(config, dropped.names)
        else narrowInputs(config, model.inputNames, dropped.columns)
        return undefined
      })
    const change = (examples: Examples) =>
      withInputs(
        examples,
        dropped.kind === 'inputs'
          ? withoutInputs(examples.xs, dropped.names)
          : withoutColumns(examples.xs, dropped.columns),
      )
    return {
      ...recipe,
      create: create(recipe.create),
      ...(recipe.capacities && { capacities: recipe.capacities.map(create) }),
      train: varyExamples(recipe.train, change),
      ...(recipe.validation && { validation: varyExamples(recipe.validation, change) }),
    }
  }
}

/** Columns by the name of the input; '' stands for the only one. */
type Columns = Map<string, ReadonlySet<number>>
type Dropped = { kind: 'inputs'; names: string[] } | { kind: 'columns'; columns: Columns }

function readFeatures(features: unknown): Dropped {
  const isNames = (value: unknown): value is string[] =>
    Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')
  const isColumns = (value: unknown): value is number[] =>
    Array.isArray(value) && value.length > 0 && value.every((at) => Number.isInteger(at) && at >= 0)
  if (isNames(features)) return { kind: 'inputs', names: features }
  if (isColumns(features)) return { kind: 'columns', columns: new Map([['', new Set(features)]]) }
  const byName = typeof features === 'object' && features !== null ? Object.entries(features) : []
  if (byName.length > 0 && byName.every(([, columns]) => isColumns(columns))) {
    return {
      kind: 'columns',
      columns: new Map(byName.map(([name, columns]) => [name, new Set(columns as number[])])),
    }
  }
  throw new InvalidArgumentError(
    'withoutFeatures',
    describe(features),
    'columns [0, 3], columns of inputs { name: [0, 3] }, or inputs by name ["name"]',
  )
}

function narrowInputs(config: ModelConfig, names: readonly string[], columns: Columns): void {
  const inputs = inputsOfModel(config)
  if (columns.has('') && inputs.length !== 1) {
    throw new InvalidArgumentError(
      'withoutFeatures',
      `columns for a model with the inputs ${names.join(', ')}`,
      `columns by input: { ${names[0]}: [0] }`,
    )
  }
  for (const [name, dropped] of columns) {
    const input = inputs[name === '' ? 0 : names.indexOf(name)]
    if (!input) throw unknownInput(name, names)
    if (input.takenBy.includes('Embedding')) {
      throw new InvalidArgumentError(
        'withoutFeatures',
        'an input of token ids, which go to an Embedding',
        'columns of a table: places in a text have no meaning of their own',
      )
    }
    const shape = shapeOf(input)
    const width = shape.at(-1)
    if (shape.length < 2 || width == null) {
      throw new InvalidArgumentError(
        'withoutFeatures',
        `an input of shape [${shape}]`,
        'a last axis of known width',
      )
    }
    setShape(input, [...shape.slice(0, -1), keptColumns(width, dropped).length])
  }
}

function keptColumns(width: number, dropped: ReadonlySet<number>): number[] {
  const beyond = [...dropped].find((column) => column >= width)
  if (beyond !== undefined || dropped.size === width) {
    throw new InvalidArgumentError(
      'withoutFeatures',
      beyond === undefined ? `all ${width} columns` : `column ${beyond} of an input with ${width}`,
      'columns of the input, and not all of them',
    )
  }
  return Array.from({ length: width }, (_, column) => column).filter((column) => !dropped.has(column))
}

function withoutColumns(xs: TensorGroup, columns: Columns): TensorGroup {
  const narrow = (tensor: tf.Tensor, dropped: ReadonlySet<number>) =>
    tf.tidy(() => {
      const kept = keptColumns(tensor.shape.at(-1)!, dropped)
      return tf.gather(tensor, tf.tensor1d(kept, 'int32'), tensor.rank - 1)
    })
  const only = columns.get('')
  if (only) {
    if (tensorsOf(xs).length === 1) return mapGroup(xs, (tensor) => narrow(tensor, only))
    throw new InvalidArgumentError(
      'withoutFeatures',
      `columns for ${tensorsOf(xs).length} inputs`,
      'columns by input: { name: [0] }',
    )
  }
  const named = namedInputs(xs)
  for (const name of columns.keys()) if (!(name in named)) throw unknownInput(name, Object.keys(named))
  return Object.fromEntries(
    Object.entries(named).map(([name, tensor]) => {
      const dropped = columns.get(name)
      return [name, dropped ? narrow(tensor, dropped) : tensor.clone()]
    }),
  )
}

function withoutInputs(xs: TensorGroup, names: readonly string[]): TensorGroup {
  const named = namedInputs(xs)
  for (const name of names) if (!(name in named)) throw unknownInput(name, Object.keys(named))
  if (Object.keys(named).every((name) => names.includes(name))) {
    throw new InvalidArgumentError('withoutFeatures', 'all inputs', 'some of them')
  }
  return Object.fromEntries(
    Object.entries(named)
      .filter(([name]) => !names.includes(name))
      .map(([name, tensor]) => [name, tensor.clone()]),
  )
}

function namedInputs(xs: TensorGroup): tf.NamedTensorMap {
  if (!isTensor(xs) && !Array.isArray(xs)) return xs
  throw new InvalidArgumentError(
    'withoutFeatures',
    'names of inputs for xs without names',
    'xs by name: { left: tensor, right: tensor }',
  )
}

function unknownInput(name: string, names: readonly string[]): Error {
  return new InvalidArgumentError(
    'withoutFeatures',
    `no input called "${name}"`,
    `one of ${names.join(', ')}`,
  )
}
