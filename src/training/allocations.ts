import * as tf from '@tensorflow/tfjs'

/** Where tensors were made that are still alive, and how many. */
export interface Allocation {
  place: string
  count: number
}

interface TrackingEngine {
  trackTensor(tensor: tf.Tensor, backend: unknown): void
  disposeTensor(tensor: tf.Tensor): void
}

/** Runs `body` with a stack trace kept for every tensor made; those it leaves alive, the most frequent place first. */
export async function blameAllocations(body: () => Promise<unknown>): Promise<Allocation[]> {
  const prototype = Object.getPrototypeOf(tf.engine()) as TrackingEngine
  const { trackTensor, disposeTensor } = prototype
  const { stackTraceLimit } = Error
  const alive = new Map<number, string>()
  Error.stackTraceLimit = 60
  prototype.trackTensor = function (tensor, backend) {
    alive.set(tensor.id, new Error().stack ?? '')
    trackTensor.call(this, tensor, backend)
  }
  prototype.disposeTensor = function (tensor) {
    alive.delete(tensor.id)
    disposeTensor.call(this, tensor)
  }
  try {
    await body()
  } finally {
    prototype.trackTensor = trackTensor
    prototype.disposeTensor = disposeTensor
    Error.stackTraceLimit = stackTraceLimit
  }
  const counts = new Map<string, number>()
  for (const stack of alive.values()) {
    const place = placeOf(stack)
    counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  return [...counts].map(([place, count]) => ({ place, count })).sort((a, b) => b.count - a.count)
}

/** The operation of TensorFlow.js that was called, and the first line outside of packages that called it. */
function placeOf(stack: string): string {
  const frames = stack.split('\n').slice(2)
  const own = frames.findIndex((frame) => !/node_modules|tfjs-|node:internal/.test(frame))
  if (own < 0) return 'TensorFlow.js itself'
  const operation = frames[own - 1]?.match(/at (?:\w+\.)*(\w+)/)?.[1]?.replace(/_+(op)?$/, '')
  const line = frames[own]!.match(/((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/)?.[1] ?? frames[own]!.trim()
  const short = line.replace('file://', '').replace(`${process.cwd()}/`, '')
  return operation ? `${operation} at ${short}` : short
}
