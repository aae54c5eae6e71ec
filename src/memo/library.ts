import * as tf from '@tensorflow/tfjs'
import { recordsOfOptimizers } from '../training/optimizer-updates.js'

type Class = abstract new (...args: never[]) => unknown

/** A class of TensorFlow.js as it was before any test ran: its prototype, and what the prototype held. */
type Members = ReadonlyMap<string, unknown>

interface Library {
  classes: ReadonlyMap<object, Members>
  bases: ReadonlyMap<object, Members>
  kernels: ReadonlyMap<string, unknown>
  gradients: ReadonlyMap<string, unknown>
}

let library: Library | undefined

/**
 * Remembers what TensorFlow.js consists of. Called before the first test file of a process: what is registered or
 * replaced later is the user's.
 */
export function rememberLibrary(): void {
  // Ours, and there for good once it is used: before the look at what there is.
  recordsOfOptimizers()
  const classes = libraryClasses()
  library ??= {
    classes,
    bases: basesOf(classes.keys()),
    kernels: kernelsInUse(),
    gradients: gradientsInUse(),
  }
}

/** Whether an object is of a class of TensorFlow.js itself, none of the user's, and of no subclass. */
export function isOfLibrary(value: object): boolean {
  return library?.classes.has(Object.getPrototypeOf(value) as object) ?? false
}

/** Whether TensorFlow.js computes as it did before the first test: no method, kernel or gradient was replaced. */
export function isLibraryUnchanged(): boolean {
  if (!library) return false
  for (const [prototype, members] of [...library.classes, ...library.bases])
    if (!sameEntries(members, membersOf(prototype))) return false
  return sameEntries(library.kernels, kernelsInUse()) && sameEntries(library.gradients, gradientsInUse())
}

function libraryClasses(): Map<object, Members> {
  const { classNameMap } = tf.serialization.SerializationMap.getMap()
  const classes: Class[] = [
    ...Object.values(classNameMap).map(([cls]) => cls as unknown as Class),
    tf.LayersModel,
    tf.Sequential,
    tf.LayerVariable,
    tf.SymbolicTensor,
    tf.InputSpec,
    tf.Tensor,
    tf.Variable,
  ]
  return new Map(classes.map(({ prototype }) => [prototype as object, membersOf(prototype as object)]))
}

/** What classes inherit: never the class of an object itself, but code all the same. */
function basesOf(prototypes: Iterable<object>): Map<object, Members> {
  const bases = new Map<object, Members>()
  for (const prototype of prototypes)
    for (
      let base = Object.getPrototypeOf(prototype);
      base && base !== Object.prototype;
      base = Object.getPrototypeOf(base)
    )
      bases.set(base, membersOf(base))
  return bases
}

function membersOf(prototype: object): Members {
  return new Map(
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(([name, { value, get }]) => [
      name,
      value ?? get,
    ]),
  )
}

function kernelsInUse(): Map<string, unknown> {
  return new Map(
    tf.getKernelsForBackend(tf.getBackend()).map(({ kernelName, kernelFunc }) => [kernelName, kernelFunc]),
  )
}

function gradientsInUse(): Map<string, unknown> {
  return new Map(
    tf
      .getKernelsForBackend('cpu')
      .map(({ kernelName }) => [kernelName, tf.getGradient(kernelName)?.gradFunc] as const),
  )
}

/** Whether nothing that was there is another now; what was added since is in nobody's way. */
function sameEntries(before: ReadonlyMap<string, unknown>, now: ReadonlyMap<string, unknown>): boolean {
  for (const [name, value] of before) if (now.get(name) !== value) return false
  return true
}
