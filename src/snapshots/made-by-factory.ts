import { InvalidArgumentError } from '../errors.js'
import { withSeed } from '../training/seed.js'
import { disposeMade } from './dispose-made.js'
import { readWeights, type Weights } from './weights.js'

interface Engine {
  backendName?: string
  nextTensorId?(): number
}

/** All copies of TensorFlow.js in a process share this engine. */
function engine(): Engine | undefined {
  return (globalThis as { _tfengine?: Engine })._tfengine
}

/** The backend that computes now: `tensorflow`, `wasm`, `cpu` …; `unknown` where TensorFlow.js was not loaded. */
export function backendName(): string {
  return engine()?.backendName ?? 'unknown'
}

/**
 * Calls the factory with every unseeded source of randomness seeded, reads the weights of what it returns and
 * disposes that again, unless it existed before the call: then it belongs to someone else.
 */
export async function readWeightsMadeBy(
  factory: () => unknown,
  { seed, layer }: { seed: number; layer?: number | string },
): Promise<Weights> {
  const idBefore = engine()?.nextTensorId?.() ?? -1
  let made: unknown
  try {
    made = await withSeed(seed, factory)
  } catch (error) {
    throw new Error(`The factory threw: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
  if (typeof made === 'function') {
    throw new InvalidArgumentError(
      'received',
      'a factory that returned a function',
      'one that returns a model',
    )
  }
  try {
    return readWeights(made, layer)
  } finally {
    disposeMade(made, idBefore)
  }
}
