import { activationDrawing } from '../../../dist/images/activation-picture.js'
import { confusionDrawing } from '../../../dist/images/confusion-picture.js'
import { dynamicsDrawing } from '../../../dist/images/dynamics-picture.js'
import { exampleDrawing } from '../../../dist/images/example-picture.js'
import { activationContent } from '../../../dist/snapshots/kinds/activations.js'
import { confusionContent } from '../../../dist/snapshots/kinds/confusion.js'
import { inputContent } from '../../../dist/snapshots/kinds/inputs.js'
import { predictionContent } from '../../../dist/snapshots/kinds/predictions.js'
import { openView } from '../../../dist/training/open.js'
import { recordDynamics } from '../../../dist/training/prediction-dynamics.js'
import { drawn } from './drawn.mjs'

/** The matchers that draw what a program does, up to what they give to Vitest and to the disk. */
export function pictureMatchers(create, { train, validation, batch, seed }) {
  const ofView = async (make) => {
    const program = await openView(create, seed)
    try {
      return drawn(make(program))
    } finally {
      program.dispose()
    }
  }
  return {
    toMatchInputImage: () =>
      ofView((program) => {
        const content = inputContent(program, batch.xs)
        return { content, drawing: exampleDrawing(content.shape, {}) }
      }),
    toMatchPredictionImage: async () => {
      const settings = { train, on: batch, seed, steps: 50, batchSize: 32, output: 0 }
      const dynamics = await recordDynamics(create, settings)
      const drawing = dynamicsDrawing(dynamics.measure, dynamics.looks.length, {})
      return drawn({ content: predictionContent(dynamics), drawing })
    },
    toMatchActivationImage: () =>
      ofView((program) => {
        const content = activationContent(program, batch.xs, {})
        return { content, drawing: activationDrawing(content.shape, {}) }
      }),
    toMatchConfusionImage: () =>
      ofView((program) => {
        const content = confusionContent(program, validation, { output: 0 })
        return { content, drawing: confusionDrawing(content.shape[0], {}) }
      }),
  }
}
