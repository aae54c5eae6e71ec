import type { MatcherState } from 'vitest'
import { InvalidArgumentError } from '../errors.js'
import { addExactWeights } from '../images/exact-weights.js'
import { encodePng } from '../images/png.js'
import { drawWeights, type WeightPictureOptions } from '../images/weight-picture.js'
import { attachPictures } from '../snapshots/attach-pictures.js'
import { writeWithin } from '../snapshots/files.js'
import { backendName, readWeightsMadeBy } from '../snapshots/made-by-factory.js'
import { nextSnapshot, runningTest } from '../snapshots/matcher-state.js'
import { failureMessage } from '../snapshots/message.js'
import { passes, writes } from '../snapshots/outcome.js'
import { recordEntry } from '../snapshots/record-entry.js'
import { defaultRtol, type Examined, examine } from '../snapshots/weight-snapshot.js'
import { readWeights, type Weights } from '../snapshots/weights.js'
import { recordResult } from './record.js'
import { recipeSettings } from './settings.js'

/** Options of `toMatchWeightImage`. Those of the picture never change whether it matches. */
export interface WeightImageOptions extends WeightPictureOptions {
  /** Index into `model.layers` or name; of a Trainable, of its weights. Default: the first layer with a kernel. */
  layer?: number | string
  /** Allowed change in parts of the baseline weight. Default 1e-3. */
  rtol?: number
  /** Allowed change in units of the weights. Default 0.002 times the largest |weight| of the baseline. */
  atol?: number
  /** One baseline for each TensorFlow.js backend. Default false. */
  perBackend?: boolean
  /** When pictures go to the report: 'failure' (default), 'always' or 'never'. */
  attach?: 'failure' | 'always' | 'never'
  /** Seed under which a factory is called. Default: the plugin's, 42. */
  seed?: number
}

/**
 * The weights of a layer are those of the stored snapshot: every one within `atol + rtol · |baseline|`. The numbers
 * are kept in the `.snap` file and in the PNG, which lies in `__weights__/<test file>/<name>.png` beside the test;
 * `-u`, CI mode and the counts are Vitest's.
 *
 * `received`: a LayersModel, a layer, a tensor, a Trainable, or a factory that returns one. It is only read.
 * Throws under `.not`, for weights that are NaN, for a name that another snapshot of the file has, and when the
 * picture cannot be written. Reference: docs/weight-image.md.
 *
 *     await expect(model).toMatchWeightImage('first-layer')
 */
export async function toMatchWeightImage(
  this: MatcherState,
  received: unknown,
  nameOrOptions?: string | WeightImageOptions,
  optionsAfterName?: WeightImageOptions,
): Promise<{ pass: boolean; message: () => string; meta: { outcome: string } }> {
  const started = performance.now()
  const test = runningTest(this, 'toMatchWeightImage')
  const [name, options = {}] =
    typeof nameOrOptions === 'string'
      ? [nameOrOptions, optionsAfterName]
      : [undefined, nameOrOptions ?? optionsAfterName]
  const {
    layer,
    rtol = defaultRtol,
    atol,
    perBackend = false,
    attach = 'failure',
    seed = recipeSettings().seed,
    ...drawing
  } = options

  let weights: Weights
  let examined: Examined
  try {
    assertTolerance('rtol', rtol)
    assertTolerance('atol', atol)
    weights =
      typeof received === 'function'
        ? await readWeightsMadeBy(received as () => unknown, { seed, layer })
        : readWeights(received, layer)
    const settings = { name, rtol, atol, perBackend, backend: backendName() }
    examined = examine(weights, test, nextSnapshot(this, test), settings)
    // The picture first: where it cannot be written the entry must not claim that it is there.
    if (writes(examined.outcome)) writePicture(weights, examined, drawing)
  } catch (error) {
    // The snapshot was asked for: an error on the way to it does not make it obsolete.
    nextSnapshot(this, test).entry.markAsChecked()
    throw error
  }
  recordEntry(this, examined)

  const pass = passes(examined.outcome)
  recordResult(this, {
    check: 'match-weight-image',
    stage: 'squeeze',
    status: pass ? 'passed' : 'failed',
    summary: `${examined.current.picture}: ${examined.outcome.kind}.`,
    measured: {},
    expected: {},
    causes: [],
    seed,
    seconds: (performance.now() - started) / 1000,
  })
  const shown = attach === 'always' || (attach === 'failure' && !pass)
  const difference = shown ? await attachPictures(test, weights, examined, drawing) : undefined
  return {
    pass,
    message: () => failureMessage(examined, difference),
    meta: { outcome: examined.outcome.kind },
  }
}

function writePicture(weights: Weights, { folder, current }: Examined, options: WeightPictureOptions): void {
  const png = encodePng(drawWeights(weights, options).picture)
  writeWithin(folder, current.picture, addExactWeights(png, weights.shape, weights.values))
}

function assertTolerance(argument: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return
  throw new InvalidArgumentError(argument, String(value), 'a number of at least 0')
}
