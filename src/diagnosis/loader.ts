import type { Cause } from './cause.js'

/** How two calls of a loader differ. */
export interface LoaderDifference {
  kind: 'count' | 'order' | 'inputs' | 'labels' | 'examples'
  size: number
  finding: string
}

/** What makes a loader give something else at each call. */
export function causeOfLoaderDifference({ kind, finding }: LoaderDifference): Cause {
  const fixes: Record<LoaderDifference['kind'], string> = {
    count: 'load a fixed set: no random subset or split; give both a seed',
    order:
      'give the shuffle a seed (dataset.shuffle(n, seed) otherwise takes the clock), or leave shuffling to training',
    inputs:
      'the labels agree, so this is augmentation or noise in the loader: apply it in training only, after the loader',
    labels:
      'the inputs agree: look for labels that are sampled, smoothed at random or shuffled by themselves',
    examples:
      'give every random draw of the loader a seed, or take out what draws: subsets, splits, augmentation',
  }
  return { name: 'nondeterministic', evidence: `two calls of the loader: ${finding}`, fix: fixes[kind] }
}
