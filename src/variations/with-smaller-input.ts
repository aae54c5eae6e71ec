import * as tf from '@tensorflow/tfjs'
import { InvalidArgumentError } from '../errors.js'
import { describe, mapGroup, tensorsOf } from '../training/examples.js'
import type { Examples } from '../training/trainable.js'
import { assertAmount } from './assert-amount.js'
import { everyLayer, type ModelConfig } from './model-config.js'
import { inputsOfModel, setShape, shapeOf } from './model-inputs.js'
import { rewriteModel } from './rewrite-model.js'
import type { Create, Variation } from './variation.js'
import { varyExamples, withInputs } from './vary-examples.js'

type Size = [height: number, width: number]

/**
 * Smaller images [examples, height, width, channels], by a factor or to a size, in training and validation alike; the
 * model takes them in that size. Pixels are averaged, so that no pattern of the resizing comes in.
 */
export function withSmallerInput(to: number | Size): Variation {
  const sizeOf = sizeRule(to)
  return (recipe) => {
    const create = (one: Create) =>
      rewriteModel('withSmallerInput', one, (config) => shrinkModel(config, sizeOf))
    const shrink = (examples: Examples) => shrinkImages(examples, sizeOf)
    return {
      ...recipe,
      create: create(recipe.create),
      ...(recipe.capacities && { capacities: recipe.capacities.map(create) }),
      train: varyExamples(recipe.train, shrink),
      ...(recipe.validation && { validation: varyExamples(recipe.validation, shrink) }),
    }
  }
}

function sizeRule(to: number | Size): (size: Size) => Size {
  if (!Array.isArray(to)) {
    assertAmount(
      'withSmallerInput',
      to,
      'a factor between 0 and 1, or [height, width]',
      (f) => f > 0 && f < 1,
    )
    return ([height, width]) => [Math.max(1, Math.round(height * to)), Math.max(1, Math.round(width * to))]
  }
  if (to.length !== 2 || !to.every((side) => Number.isInteger(side) && side > 0)) {
    throw new InvalidArgumentError(
      'withSmallerInput',
      describe(to),
      'a factor between 0 and 1, or [height, width]',
    )
  }
  return ([height, width]) => {
    const [newHeight, newWidth] = to
    if (newHeight <= height && newWidth <= width && newHeight * newWidth < height * width) return to
    throw new InvalidArgumentError(
      'withSmallerInput',
      `[${to.join(', ')}] for images of [${height}, ${width}]`,
      'a smaller size',
    )
  }
}

function shrinkModel(config: ModelConfig, sizeOf: (size: Size) => Size): undefined {
  if (everyLayer(config).some((layer) => layer.config.data_format === 'channels_first')) {
    throw new InvalidArgumentError('withSmallerInput', 'a model with channels first', 'channels last')
  }
  const images = inputsOfModel(config).filter((input) => shapeOf(input).length === 4)
  if (images.length === 0) {
    const shapes = inputsOfModel(config).map((input) => `[${shapeOf(input).join(', ')}]`)
    throw new InvalidArgumentError(
      'withSmallerInput',
      `a model that takes ${shapes.join(' and ')}`.replaceAll('[,', '[n,'),
      'images: [n, height, width, channels]',
    )
  }
  for (const image of images) {
    const [count, height, width, channels] = shapeOf(image)
    // A side left open takes every size.
    if (height == null || width == null) continue
    setShape(image, [count!, ...sizeOf([height, width]), channels!])
  }
}

function shrinkImages(examples: Examples, sizeOf: (size: Size) => Size): Examples {
  const inputs = tensorsOf(examples.xs)
  if (!inputs.some(({ rank }) => rank === 4)) {
    throw new InvalidArgumentError(
      'withSmallerInput',
      `inputs of shape ${inputs.map(({ shape }) => `[${shape.join(', ')}]`).join(' and ')}`,
      'images: [n, height, width, channels]',
    )
  }
  const xs = mapGroup(examples.xs, (tensor) =>
    tensor.rank === 4
      ? shrinkBatch(tensor as tf.Tensor4D, sizeOf([tensor.shape[1]!, tensor.shape[2]!]))
      : tensor.clone(),
  )
  return withInputs(examples, xs)
}

/** To the nearest multiple of the size by interpolation, from there by averaging whole blocks. */
function shrinkBatch(images: tf.Tensor4D, [height, width]: Size): tf.Tensor4D {
  return tf.tidy(() => {
    const block: Size = [Math.floor(images.shape[1] / height), Math.floor(images.shape[2] / width)]
    const multiple: Size = [height * block[0], width * block[1]]
    const floats = images.toFloat() as tf.Tensor4D
    const fits = images.shape[1] === multiple[0] && images.shape[2] === multiple[1]
    const whole = fits ? floats : tf.image.resizeBilinear(floats, multiple, false, true)
    return block[0] * block[1] === 1 ? whole : tf.avgPool(whole, block, block, 'valid')
  })
}
