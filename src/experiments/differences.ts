import { factsOf, type LayerFacts, type ProgramFacts } from './program-facts.js'
import type { ArmPlan } from './recipe-plan.js'
import { sameExamples } from './same-examples.js'

/** One thing in which two training programs differ; what differs in the same thing is told together. */
export interface Difference {
  thing: string
  /** What it is in each, for people: 'Dropout added after layer 3'. */
  details: string[]
}

/**
 * In which things the program of `arm` differs from that of `base`, as far as this can be seen from outside: layers,
 * their settings, optimizer, loss, first weights, data, batches, augmentation, schedule, stopping. What a hand-written
 * step does cannot be seen. Makes each program once.
 */
export async function differencesOf(base: ArmPlan, arm: ArmPlan, seed: number): Promise<Difference[]> {
  const differences = new Map<string, string[]>()
  const add = (thing: string, detail: string) => {
    differences.set(thing, [...(differences.get(thing) ?? []), detail])
  }
  comparePlans(base, arm, add)
  if (base.create !== arm.create) {
    const [before, after] = [await factsOf(base.create, seed), await factsOf(arm.create, seed)]
    const inputsChanged = differences.has('inputs')
    comparePrograms(before, after, add, inputsChanged)
    if (differences.size === 0 && (!before.layers || !after.layers)) {
      add('program', 'another create(): what its steps do cannot be seen from outside')
    }
  }
  return [...differences].map(([thing, details]) => ({ thing, details }))
}

type Add = (thing: string, detail: string) => void

function comparePlans(base: ArmPlan, arm: ArmPlan, add: Add): void {
  const said = (value: unknown) => (typeof value === 'function' ? 'yes' : (JSON.stringify(value) ?? 'none'))
  for (const [thing, before, after] of [
    ['batch size', base.batchSize ?? 32, arm.batchSize ?? 32],
    ['shuffling', base.shuffle ?? true, arm.shuffle ?? true],
    ['early stopping', JSON.stringify(base.earlyStopping), JSON.stringify(arm.earlyStopping)],
  ] as const) {
    if (before !== after) add(thing, `${before ?? 'none'} → ${after ?? 'none'}`)
  }
  for (const [thing, before, after] of [
    ['augmentation', base.augment, arm.augment],
    ['schedule', base.schedule, arm.schedule],
  ] as const) {
    if (before !== after) add(thing, before && after ? 'another one' : `${said(before)} → ${said(after)}`)
  }
  const validation = sameExamples(base.validation, arm.validation)
  const train = sameExamples(base.train, arm.train)
  // Inputs that changed in both splits are one change; the labels to be predicted must stay.
  if (!validation.ys) add('validation labels', 'other labels to be predicted')
  if (!validation.xs && validation.ys) add('inputs', `validation ${validation.shapes}`)
  if (!train.count) add(!validation.xs ? 'inputs' : 'training data', `${train.counts}`)
  else if (!train.xs && !validation.xs) add('inputs', `training ${train.shapes}`)
  else if (!train.xs || !train.ys) add('training data', `other ${train.xs ? 'labels' : 'inputs'}`)
}

function comparePrograms(before: ProgramFacts, after: ProgramFacts, add: Add, inputsChanged: boolean): void {
  const found = new Set<string>()
  const tell: Add = (thing, detail) => {
    found.add(thing)
    add(thing, detail)
  }
  if (before.layers && after.layers) {
    // What an input that is gone went through goes with it.
    const tellLayer: Add = (thing, detail) => {
      if (!(inputsChanged && thing === 'layers removed')) tell(thing, detail)
    }
    compareLayers(before.layers, after.layers, tellLayer)
  } else if (JSON.stringify(before.shapes) !== JSON.stringify(after.shapes)) {
    tell('weights', `shapes ${JSON.stringify(before.shapes)} → ${JSON.stringify(after.shapes)}`)
  }
  const [from, to] =
    before.losses && after.losses
      ? [before.losses, after.losses]
      : [before.lossDescriptions, after.lossDescriptions]
  if (from.join() !== to.join()) tell('loss', `${from.join(', ')} → ${to.join(', ')}`)
  if (before.optimizer && after.optimizer && before.optimizer.className !== after.optimizer.className) {
    tell('optimizer', `${before.optimizer.className} → ${after.optimizer.className}`)
  } else if (before.optimizer && after.optimizer) {
    for (const [key, from, to] of changedKeys(before.optimizer.config, after.optimizer.config)) {
      tell(key === 'learningRate' ? 'learning rate' : `optimizer ${key}`, `${from} → ${to}`)
    }
  }
  // The same layers under the same seed start from the same weights, unless something loads others.
  if (
    found.size === 0 &&
    !inputsChanged &&
    JSON.stringify(before.initial) !== JSON.stringify(after.initial)
  ) {
    tell('first weights', 'the program starts from other weights')
  }
}

/** Settings under one name: what makes layers wider, what regularises them. */
const things: Record<string, string> = {
  units: 'width',
  filters: 'width',
  numHeads: 'width',
  outputDim: 'width',
  depthMultiplier: 'width',
  kernelRegularizer: 'weight penalty',
  biasRegularizer: 'weight penalty',
  depthwiseRegularizer: 'weight penalty',
  pointwiseRegularizer: 'weight penalty',
  recurrentRegularizer: 'weight penalty',
  embeddingsRegularizer: 'weight penalty',
  rate: 'dropout',
  dropout: 'dropout',
  recurrentDropout: 'dropout',
}

/** Settings that follow from others, or say nothing. */
const consequences = new Set(['dtype', 'implementation', 'inputLength', 'batchInputShape', 'inputShape'])

function compareLayers(before: LayerFacts[], after: LayerFacts[], add: Add): void {
  const pairs = align(before, after)
  const removed: string[][] = []
  const added: string[][] = []
  let [removing, adding] = [false, false]
  for (const [from, to] of pairs) {
    if (from && to) {
      removing = false
      adding = false
      for (const [key, a, b] of changedSettings(from, to)) {
        add(things[key] ?? key, `${from.className} ${key} ${a} → ${b}`)
      }
      continue
    }
    if (from) {
      if (removing) removed.at(-1)!.push(from.className)
      else removed.push([from.className])
      removing = true
    } else {
      if (adding) added.at(-1)!.push(to!.className)
      else added.push([to!.className])
      adding = true
    }
  }
  tellLayers(removed, added, add)
}

/**
 * Layers put in or taken out: those of one class are one thing wherever they stand, and so is a block in one place, and
 * a block put in the place of another.
 */
function tellLayers(removed: string[][], added: string[][], add: Add): void {
  const single = (blocks: string[][]) => new Set(blocks.flat()).size === 1
  if (removed.length === 1 && added.length === 1) {
    add('layers', `${removed[0]!.join(', ')} replaced by ${added[0]!.join(', ')}`)
    return
  }
  for (const [verb, blocks] of [
    ['removed', removed],
    ['added', added],
  ] as const) {
    const together = blocks.length === 1 || single(blocks)
    for (const block of blocks) {
      const classes = block.join(', ')
      const noise = block.every((name) => /Dropout|GaussianNoise/.test(name))
      add(noise ? 'dropout' : together ? `layers ${verb}` : `${classes} ${verb}`, `${classes} ${verb}`)
    }
  }
}

/** Longest common subsequence by class, equal settings preferred. */
function align(
  before: LayerFacts[],
  after: LayerFacts[],
): Array<[LayerFacts | undefined, LayerFacts | undefined]> {
  const score = (a: LayerFacts, b: LayerFacts) =>
    a.className !== b.className ? -Infinity : 100 - Math.min(99, changedSettings(a, b).length)
  const best = Array.from({ length: before.length + 1 }, () => new Float64Array(after.length + 1))
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      best[i]![j] = Math.max(
        best[i + 1]![j]!,
        best[i]![j + 1]!,
        best[i + 1]![j + 1]! + score(before[i]!, after[j]!),
      )
    }
  }
  const pairs: Array<[LayerFacts | undefined, LayerFacts | undefined]> = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const [a, b] = [before[i], after[j]]
    if (a && b && best[i]![j] === best[i + 1]![j + 1]! + score(a, b)) {
      pairs.push([a, b])
      i++
      j++
    } else if (a && (!b || best[i]![j] === best[i + 1]![j])) {
      pairs.push([a, undefined])
      i++
    } else {
      pairs.push([undefined, b])
      j++
    }
  }
  return pairs
}

const changedSettings = (before: LayerFacts, after: LayerFacts) =>
  changedKeys(before.config, after.config).filter(([key]) => !consequences.has(key))

function changedKeys(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Array<[key: string, before: string, after: string]> {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((key): [string, string, string] => [key, say(before[key]), say(after[key])])
    .filter(([, a, b]) => a !== b)
}

/** A setting in short; nested names are left out, since every model numbers its layers anew. */
function say(value: unknown): string {
  if (value === undefined || value === null) return 'none'
  return JSON.stringify(value, (key, inner) => (key === 'name' ? undefined : inner))
}
