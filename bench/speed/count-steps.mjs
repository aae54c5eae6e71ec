import { LayersModelProgram } from '../../dist/training/layers-model.js'

/** From now on `listener(program, batch)` hears of every training step of a compiled model, before it is made. */
export function onEachStep(listener) {
  let inside = false
  for (const method of ['step', 'stepWithGradients']) {
    const original = LayersModelProgram.prototype[method]
    LayersModelProgram.prototype[method] = function (batch) {
      // One is made of the other.
      if (inside) return original.call(this, batch)
      listener(this, batch)
      inside = true
      try {
        return original.call(this, batch)
      } finally {
        inside = false
      }
    }
  }
}
