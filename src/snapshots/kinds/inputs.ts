import { InvalidArgumentError } from '../../errors.js'
import { captureNetInputs } from '../../training/net-inputs.js'
import type { TensorGroup, Viewed } from '../../training/trainable.js'
import { type Content, type PictureKind, partsOfFirstAxis } from '../content.js'
import { likelyCausesOfData } from '../likely-causes-of-data.js'

/** Data are the same bits at each load; preprocessing on another machine may round otherwise. */
export const atolShareOfData = 1e-5

const inputImage: PictureKind = {
  name: 'input-image',
  folder: '__images__',
  numbers: 'values',
  part: 'example',
  atolShare: atolShareOfData,
  likelyCauses: likelyCausesOfData,
}

/**
 * What the net receives of one input, by index or name. Throws `InvalidArgumentError` where there is no such input or
 * it meets no weight.
 */
export function inputContent(program: Viewed, xs: TensorGroup, input: number | string = 0): Content {
  // Recurrent cells multiply what they are given by their mask, also when they predict.
  program.disableDropout?.()
  const captured = captureNetInputs(program, xs)
  const names = program.inputNames ?? captured.map((_, i) => `${i}`)
  const index = typeof input === 'number' ? input : names.indexOf(input)
  if (!(Number.isInteger(index) && index >= 0 && index < captured.length)) {
    const known = names.map((name, i) => `${i} '${name}'`).join(', ')
    throw new InvalidArgumentError('options.input', JSON.stringify(input), `one of the inputs: ${known}`)
  }
  const found = captured[index]
  if (found === undefined) {
    throw new InvalidArgumentError(
      'subject',
      `a program that combines input ${index} with no weight when it predicts`,
      'predictions that depend on the weights (toUseEveryInput says more)',
    )
  }
  const { shape, values, dtype, changed } = found
  return {
    kind: inputImage,
    label: captured.length === 1 ? 'input of the net' : `input ${index} of the net`,
    shape,
    values,
    parts: partsOfFirstAxis(shape),
    facts: [`${dtype}, ${changed ? 'preprocessed by the program' : 'as it was given'}`],
  }
}
