import { Bench } from 'tinybench'
import { type Interval, medianInterval, relativeError } from '../statistics/median-interval.js'

/** Work to be timed: once, or so many times in a row. */
export type Work = (times: number) => Promise<void>

export interface SamplingControl {
  /** Seconds to measure for; up to 2.5 times as many where the interval is still three times too wide. */
  seconds: number
  /** Enough where the interval is this narrow, as a share of the median. */
  relativeError: number
  signal?: AbortSignal
  /** `performance.now()` at which to stop. */
  deadline?: number
}

export interface Sampled extends Interval {
  samples: number
}

const samplesPerRound = 8
const leastSamples = 24
const mostSamples = 2000
/** Clocks and schedulers disturb shorter samples. */
const leastMilliseconds = 4
const warmUpMilliseconds = 100

/**
 * Milliseconds of one unit of work: the median over samples, each long enough for the clock, taken until the interval is
 * narrow or the time is up.
 */
export async function sampleTime(work: Work, control: SamplingControl): Promise<Sampled> {
  const isOver = clockOf(control)
  const times = await timesPerSample(work)
  const samples: number[] = []
  while (samples.length < mostSamples) {
    const [taken] = await round([() => work(times)], samplesPerRound)
    samples.push(...taken!.map((milliseconds) => milliseconds / times))
    if (isOver(samples)) break
  }
  return { ...medianInterval(samples), samples: samples.length }
}

/**
 * How many times the milliseconds of `reference` one unit of `work` takes: the median of ratios, taken in turn, so that
 * what else the machine does hits both.
 */
export async function sampleRatio(work: Work, reference: Work, control: SamplingControl): Promise<Sampled> {
  const isOver = clockOf(control)
  const times = await timesPerSample(work)
  const referenceTimes = await timesPerSample(reference)
  const ratios: number[] = []
  while (ratios.length < mostSamples) {
    const tasks = [() => work(times), () => reference(referenceTimes)]
    const order = ratios.length % 2 === 0 ? tasks : tasks.toReversed()
    const [first, second] = await round(order, 1)
    const [own, others] = ratios.length % 2 === 0 ? [first!, second!] : [second!, first!]
    ratios.push(own[0]! / times / (others[0]! / referenceTimes))
    if (isOver(ratios)) break
  }
  return { ...medianInterval(ratios), samples: ratios.length }
}

/** On a noisy machine a measurement may take longer, and be less exact. */
const patience = { seconds: 2.5, relativeError: 3 }

/** Says when enough is measured, or the time is up. */
function clockOf({ seconds, relativeError: wanted, signal, deadline = Infinity }: SamplingControl) {
  const started = performance.now()
  return (samples: readonly number[]): boolean => {
    const now = performance.now()
    if (signal?.aborted || now > Math.min(deadline, started + 1000 * patience.seconds * seconds)) return true
    const error = samples.length < leastSamples ? Infinity : relativeError(medianInterval(samples))
    return error <= wanted || (now > started + 1000 * seconds && error <= patience.relativeError * wanted)
  }
}

/** Warms up, and finds how often work has to be done for one sample. */
async function timesPerSample(work: Work): Promise<number> {
  const end = performance.now() + warmUpMilliseconds
  await work(1)
  let fastest = Infinity
  do {
    const started = performance.now()
    await work(1)
    fastest = Math.min(fastest, performance.now() - started)
  } while (performance.now() < end)
  return Math.max(1, Math.ceil(leastMilliseconds / Math.max(fastest, 1e-3)))
}

/** Samples in milliseconds of each task, one task after the other. */
async function round(tasks: ReadonlyArray<() => Promise<void>>, iterations: number): Promise<number[][]> {
  const bench = new Bench({ iterations, time: 0, warmup: false, retainSamples: true, throws: true })
  // Told that they are asynchronous: else tinybench calls each once more, to see.
  for (const [i, task] of tasks.entries()) bench.add(`${i}`, task, { async: true })
  await bench.run()
  // The runner's messages get a turn.
  await new Promise<void>((resolve) => setImmediate(resolve))
  return bench.tasks.map(({ result }) => {
    if (!('latency' in result)) throw new Error('tinybench took no samples')
    return [...(result.latency.samples ?? [])]
  })
}
