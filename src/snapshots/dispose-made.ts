import { isLayer, isModel, isTensor, isTrainable, type TensorLike } from './weight-holders.js'

interface Disposable extends TensorLike {
  dispose(): void
}

/**
 * Disposes what a factory made: a model with its optimizer, a `Trainable` or a tensor. Tensors are numbered as they
 * are made: where one is not newer than `idBefore` the thing existed before the call, belongs to someone else and is
 * left alone. So is a layer, whose weights may belong to a model in use.
 */
export function disposeMade(made: unknown, idBefore: number): void {
  const isNew = ({ id }: TensorLike) => id !== undefined && id > idBefore
  if (!weightsOf(made).every(isNew)) return
  const optimizerState = isModel(made) ? stateOf((made as { optimizer?: object }).optimizer) : []
  if (isModel(made) || isTrainable(made) || isTensor(made)) (made as { dispose(): unknown }).dispose()
  // A model disposes its optimizer only where it was compiled with the optimizer's name.
  if (optimizerState.every(isNew))
    for (const tensor of optimizerState) if (!tensor.isDisposed) tensor.dispose()
}

function weightsOf(made: unknown): TensorLike[] {
  if (isTensor(made)) return [made]
  if (isLayer(made)) return made.getWeights()
  return isTrainable(made) ? Object.values(made.weights()) : []
}

/** The tensors among the fields of an optimizer: some are fields themselves, the moments are in lists. */
function stateOf(optimizer: object | undefined): Disposable[] {
  return Object.values(optimizer ?? {})
    .flatMap((field: unknown) => (Array.isArray(field) ? field.map((slot) => slot?.variable) : [field]))
    .filter((field): field is Disposable => isTensor(field))
}
