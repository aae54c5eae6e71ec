import { relative } from 'node:path'
import type { MatcherState } from 'vitest'
import type { Stage } from '../checks/result.js'
import { InvalidArgumentError } from '../errors.js'
import { type Drawing, isVector, type VectorDrawing } from '../images/drawing.js'
import { addExactValues } from '../images/exact-values.js'
import { encodePng } from '../images/png.js'
import { attachPictures } from '../snapshots/attach-pictures.js'
import type { Content } from '../snapshots/content.js'
import { writeWithin } from '../snapshots/files.js'
import { backendName } from '../snapshots/made-by-factory.js'
import { nextSnapshot, runningTest } from '../snapshots/matcher-state.js'
import { failureMessage, summaryOf } from '../snapshots/message.js'
import { passes, writes } from '../snapshots/outcome.js'
import { type Examined, examine } from '../snapshots/picture-snapshot.js'
import { recordEntry } from '../snapshots/record-entry.js'
import { assertExamples } from '../training/examples.js'
import { openView } from '../training/open.js'
import type { Examples, Subject, Viewed } from '../training/trainable.js'
import { recordResult } from './record.js'
import { recipeSettings } from './settings.js'

/** Options of every matcher that keeps a picture. */
export interface PictureOptions {
  /** Allowed change in parts of the baseline. Default 1e-3. */
  rtol?: number
  /** Allowed change in units of the values. Default: a share of the largest magnitude of the baseline. */
  atol?: number
  /** One baseline for each TensorFlow.js backend. Default false. */
  perBackend?: boolean
  /** When pictures go to the report: 'failure' (default), 'always' or 'never'. */
  attach?: 'failure' | 'always' | 'never'
  /** Seed under which a factory is called. Default: the plugin's, 42. */
  seed?: number
}

export interface PictureOutcome {
  pass: boolean
  message: () => string
  meta: { outcome: string }
}

/** What a matcher makes of its subject: numbers that decide and how they are drawn. */
export interface Pictured {
  content: Content
  drawing: Drawing | VectorDrawing
  /** Numbers for the result: `jitter`. */
  measured?: Record<string, number>
}

const defaultRtol = 1e-3

/** `('name', options)`, `(options)` or `()`. */
export function nameAndOptions<Options extends object>(
  nameOrOptions: string | Options | undefined,
  optionsAfterName: Options | undefined,
): [name: string | undefined, options: Options | undefined] {
  return typeof nameOrOptions === 'string'
    ? [nameOrOptions, optionsAfterName]
    : [undefined, nameOrOptions ?? optionsAfterName]
}

/**
 * Compares what `make` gives with the stored snapshot, writes entry and picture where the outcome says so, shows the
 * pictures of a failure and answers for the matcher. Throws under `.not`, for a name that another snapshot of the
 * file has, and when the picture cannot be written.
 */
export async function answerWithPicture(
  state: MatcherState,
  { matcher, stage }: { matcher: string; stage: Stage },
  name: string | undefined,
  options: PictureOptions,
  make: (seed: number) => Pictured | Promise<Pictured>,
): Promise<PictureOutcome> {
  const started = performance.now()
  const test = runningTest(state, matcher)
  const {
    rtol = defaultRtol,
    atol,
    perBackend = false,
    attach = 'failure',
    seed = recipeSettings().seed,
  } = options
  let pictured: Pictured
  let examined: Examined
  try {
    assertTolerance('rtol', rtol)
    assertTolerance('atol', atol)
    pictured = await make(seed)
    const settings = { name, rtol, atol, perBackend, backend: backendName() }
    examined = examine(pictured.content, test, nextSnapshot(state, test), settings)
    // The picture first: where it cannot be written the entry must not claim that it is there.
    if (writes(examined.outcome)) writePicture(pictured, examined)
  } catch (error) {
    // The snapshot was asked for: an error on the way to it does not make it obsolete.
    nextSnapshot(state, test).entry.markAsChecked()
    throw error
  }
  recordEntry(state, examined)

  const pass = passes(examined.outcome)
  recordResult(state, {
    check: `match-${pictured.content.kind.name}`,
    stage,
    status: pass ? 'passed' : 'failed',
    summary: summaryOf(examined),
    measured: pictured.measured ?? {},
    expected: {},
    causes: [],
    seed,
    seconds: (performance.now() - started) / 1000,
    picture: relative(recipeSettings().root, examined.file),
  })
  const shown = attach === 'always' || (attach === 'failure' && !pass)
  const difference = shown ? await attachPictures(test, examined, pictured.drawing) : undefined
  return {
    pass,
    message: () => failureMessage(examined, difference),
    meta: { outcome: examined.outcome.kind },
  }
}

/** What `make` draws of a program that is opened for it, looked at, and given back. */
export async function drawingOf(
  subject: Subject,
  on: Examples,
  seed: number,
  make: (program: Viewed) => Pictured,
): Promise<Pictured> {
  assertExamples(on, 'options.on')
  const program = await openView(subject, seed)
  try {
    return make(program)
  } finally {
    program.dispose()
  }
}

function writePicture({ content, drawing }: Pictured, { folder, current }: Examined): void {
  if (isVector(drawing)) {
    writeWithin(folder, current.picture, Buffer.from(drawing.svg))
    return
  }
  const { shape, values, kind } = content
  const png = encodePng(drawing.draw(values))
  writeWithin(folder, current.picture, addExactValues(png, shape, values, kind.mostExactBytes))
}

function assertTolerance(argument: string, value: number | undefined): void {
  if (value === undefined || (Number.isFinite(value) && value >= 0)) return
  throw new InvalidArgumentError(argument, String(value), 'a number of at least 0')
}
