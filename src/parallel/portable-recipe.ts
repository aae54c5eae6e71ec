import type * as tf from '@tensorflow/tfjs'
import { isLibraryUnchanged } from '../memo/library.js'
import type { Recipe } from '../recipe/recipe.js'
import type { RecipeContext } from '../recipe/recipe-context.js'
import { isTensor, tensorsOf } from '../training/examples.js'
import { openProgram } from '../training/open.js'
import { mixSeed, seedInUse } from '../training/seed.js'
import type { Examples, Subject, TensorGroup } from '../training/trainable.js'
import { tensorOf, type Values, valuesOf } from '../training/values.js'
import { madeAgain, type PortableProgram, portableProgram } from './portable-program.js'

type Group = Values | Values[] | Record<string, Values>

type PortableExamples = Omit<Examples, 'xs' | 'ys' | 'sampleWeight'> & {
  xs: Group
  ys: Group
  sampleWeight?: Group
}

/** The programs that a factory makes, by seed. */
type Programs = Map<number, PortableProgram>

/** What code a recipe has is not among it: only data travel. */
const settings = [
  'batchSize',
  'causal',
  'shuffle',
  'steps',
  'earlyStopping',
  'task',
  'humanBaseline',
] as const
type Settings = Pick<Recipe, (typeof settings)[number]>

/** A recipe as data, for checks that run in another process. */
export interface PortableRecipe extends Settings {
  programs: Programs
  capacities?: Programs[]
  train: PortableExamples
  validation?: PortableExamples
}

/** More than this is not copied. */
const mostBytes = 512e6

/** Seeds under which the checks of one seed open the program: comparisons and ensembles count on from it. */
const seedsAfter = (seed: number): number[] => [
  ...Array.from({ length: 5 }, (_, i) => seed + i),
  mixSeed(seed, 'another program'),
]

/**
 * A recipe as data, with the programs that its checks make under `seeds`. Undefined where a program, augmentation or
 * schedule has code of the user in it, where the data are large, and where making the programs takes longer than
 * `milliseconds`.
 */
export async function portableRecipe(
  { recipe, train, validation }: RecipeContext,
  seeds: readonly number[],
  milliseconds: number,
): Promise<PortableRecipe | undefined> {
  const deadline = performance.now() + milliseconds
  const { create, capacities, augment, schedule } = recipe
  if (augment || schedule || !isLibraryUnchanged()) return undefined
  const data = { train: await train(), ...(validation && { validation: await validation() }) }
  if (Object.values(data).reduce((sum, examples) => sum + bytesOf(examples), 0) > mostBytes) return undefined
  const programs = await programsOf(create, [...new Set(seeds.flatMap(seedsAfter))], deadline)
  if (!programs) return undefined
  const grown: Programs[] = []
  for (const one of capacities ?? []) {
    const made = await programsOf(one, seeds, deadline)
    if (!made) return undefined
    grown.push(made)
  }
  return {
    ...Object.fromEntries(
      settings.map((name) => [name, recipe[name]]).filter(([, value]) => value !== undefined),
    ),
    programs,
    ...(capacities && { capacities: grown }),
    train: portableExamples(data.train),
    ...(data.validation && { validation: portableExamples(data.validation) }),
  }
}

/** The recipe of a portable one. Its factory fails under a seed that nobody foresaw. */
export function recipeOf(portable: PortableRecipe): Recipe {
  const { programs, capacities, train, validation, ...rest } = portable
  return {
    ...rest,
    create: factoryOf(programs),
    ...(capacities && { capacities: capacities.map(factoryOf) }),
    train: examplesOf(train),
    ...(validation && { validation: examplesOf(validation) }),
  }
}

/** Undefined where a program cannot travel, and where they cannot all be made in time. */
async function programsOf(
  create: Subject,
  seeds: readonly number[],
  deadline: number,
): Promise<Programs | undefined> {
  const programs: Programs = new Map()
  for (const [i, seed] of seeds.entries()) {
    const started = performance.now()
    const program = await openProgram(create, seed)
    const portable = portableProgram((program as { model?: tf.LayersModel }).model)
    program.dispose()
    if (!portable) return undefined
    programs.set(seed, portable)
    const now = performance.now()
    if (now + (seeds.length - i - 1) * (now - started) > deadline) return undefined
  }
  return programs
}

function factoryOf(programs: Programs): () => Promise<tf.LayersModel> {
  return () => {
    const seed = seedInUse()
    const portable = seed === undefined ? undefined : programs.get(seed)
    if (!portable) throw new Error(`no program for the seed ${seed}`)
    return madeAgain(portable)
  }
}

function bytesOf({ xs, ys }: Examples): number {
  return [xs, ys].flatMap((group) => tensorsOf(group)).reduce((sum, { size }) => sum + 4 * size, 0)
}

function portableExamples({ xs, ys, sampleWeight, ...rest }: Examples): PortableExamples {
  return {
    ...rest,
    xs: portableGroup(xs),
    ys: portableGroup(ys),
    ...(sampleWeight && { sampleWeight: portableGroup(sampleWeight) }),
  }
}

function examplesOf({ xs, ys, sampleWeight, ...rest }: PortableExamples): Examples {
  return {
    ...rest,
    xs: groupOf(xs),
    ys: groupOf(ys),
    ...(sampleWeight && { sampleWeight: groupOf(sampleWeight) }),
  }
}

function portableGroup(group: TensorGroup): Group {
  if (isTensor(group)) return valuesOf(group)
  if (Array.isArray(group)) return group.map(valuesOf)
  return Object.fromEntries(Object.entries(group).map(([name, tensor]) => [name, valuesOf(tensor)]))
}

function groupOf(group: Group): TensorGroup {
  if (Array.isArray(group)) return group.map(tensorOf)
  if (isValues(group)) return tensorOf(group)
  return Object.fromEntries(Object.entries(group).map(([name, values]) => [name, tensorOf(values)]))
}

const isValues = (group: Values | Record<string, Values>): group is Values => Array.isArray(group.shape)
