import { createHash } from 'node:crypto'
import * as tf from '@tensorflow/tfjs'
import { countExamples } from '../../dist/training/examples.js'
import { LayersModelProgram } from '../../dist/training/layers-model.js'
import { LayersView } from '../../dist/training/layers-view.js'

/** From now on `listener(program, batch)` hears of every training step of a compiled model, before it is made. */
export function onEachStep(listener) {
  outermost(LayersModelProgram.prototype, ['step', 'stepWithGradients'], ({ xs, ys }, program) =>
    listener(program, { xs, ys }),
  )
}

/**
 * What `body` does, as somebody could do it by hand: for each model it trains or looks at, the training steps and the
 * forward passes, by number of examples. `describe(model)` names the model so that it can be made again. `distinct`: the
 * same step, the same weights updated on the same batch, counts once.
 */
export async function workOf(body, describe, { distinct = false } = {}) {
  const models = new Map()
  const made = new Set()
  const isNew = (program, batch) => {
    if (!distinct) return true
    const digest = digestOf(program, batch)
    return !made.has(digest) && made.add(digest)
  }
  const count = (kind, model, examples) => {
    if (!models.has(model)) models.set(model, { model: describe(model), steps: {}, passes: {} })
    const counts = models.get(model)[kind]
    counts[examples] = (counts[examples] ?? 0) + 1
  }
  const undo = [
    // Steps that the function of a test makes.
    outermost(tf.Sequential.prototype, ['trainOnBatch'], (xs, model) =>
      count('steps', model, countExamples({ xs })),
    ),
    outermost(LayersModelProgram.prototype, ['step', 'stepWithGradients'], (batch, program) => {
      if (isNew(program, batch)) count('steps', program.model, countExamples(batch))
    }),
    outermost(LayersView.prototype, ['predict', 'activations'], (xs, { model }) =>
      count('passes', model, countExamples({ xs })),
    ),
    outermost(LayersModelProgram.prototype, ['predictInTraining'], (xs, { model }) =>
      count('passes', model, countExamples({ xs })),
    ),
  ]
  try {
    await body()
  } finally {
    for (const back of undo) back()
  }
  return [...models.values()]
}

/** Of the weights that a step updates, and its batch. */
export function digestOf({ model }, { xs, ys }) {
  const hash = createHash('sha1')
  for (const tensor of [...model.getWeights(), xs, ys]) {
    const { buffer, byteOffset, byteLength } = tensor.dataSync()
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  }
  return hash.digest('base64')
}

/** Calls `listener(first argument, this)` before the methods of `prototype`, but for those that one of them calls. */
function outermost(prototype, methods, listener) {
  let inside = false
  const originals = methods.map((method) => {
    const original = prototype[method]
    prototype[method] = function (...given) {
      if (inside) return original.apply(this, given)
      listener(given[0], this)
      inside = true
      try {
        return original.apply(this, given)
      } finally {
        inside = false
      }
    }
    return [method, original]
  })
  return () => {
    for (const [method, original] of originals) prototype[method] = original
  }
}
