import type * as tf from '@tensorflow/tfjs'
import type { Cause, CheckResult } from '../checks/result.js'
import type { Task } from '../statistics/label-kind.js'
import type { Examples, Trainable } from '../training/trainable.js'

/** Everything about one training program, for the whole recipe. */
export interface Recipe {
  /** A fresh, compiled program at each call, unseeded: the harness seeds it. */
  create: () => tf.LayersModel | Trainable | Promise<tf.LayersModel | Trainable>
  /** Examples, or a function that loads them. */
  train: Examples | (() => Examples | Promise<Examples>)
  validation?: Examples | (() => Examples | Promise<Examples>)
  /** Examples per step. Default 32. */
  batchSize?: number
  /** The same program at growing capacities, smallest first. */
  capacities?: Array<() => tf.LayersModel | Trainable | Promise<tf.LayersModel | Trainable>>
  /** The output at step t may depend on inputs up to t only; `axis` counts the steps. */
  causal?: { axis: number }
  /** Default true: batches are drawn shuffled. False keeps the order given, which must then not be sorted. */
  shuffle?: boolean
  /** Changes a batch as it is drawn, in training only; it owns the tensors it makes. Skeleton checks leave it out. */
  augment?: (batch: Examples) => Examples
  /** The learning rate at each step of the planned run; set before the step. */
  schedule?: (step: number) => number
  /** Steps of the planned run. */
  steps?: number
  /** Stop when the validation loss has not fallen for `patience` looks, one every `every` (50) steps; keep the best weights. */
  earlyStopping?: { patience: number; every?: number }
  /** What the labels are; inferred when absent. */
  task?: Task
  /** What a person reaches on the validation examples. */
  humanBaseline?: { metric: 'accuracy' | 'loss' | (string & {}); value: number }
}

export type Budget = 'quick' | 'standard' | 'thorough'

export interface RunRecipeOptions {
  /** Default 42. */
  seed?: number
  /**
   * How long checks may train: `quick` at most 300 steps, `standard` (default) 1000, `thorough` 3000 and every check
   * that creates the program under five seeds.
   */
  budget?: Budget
  /** Names of the checks to run: `init-loss-near`, `overfit-batch` … Default: all that apply. */
  only?: string[]
  skip?: string[]
  /**
   * `'1/2'`: the first of two parts of these checks. Give each part a test file of its own, and Vitest runs them on several
   * cores, or shards. Checks that share a training are in one part. Default: all.
   */
  part?: string
  /**
   * Milliseconds that one check may take, after which it ends as failed: it trains no further, and waits for no
   * promise. Default: two minutes; in `describeRecipe` the timeout of the tests.
   */
  timeout?: number
  signal?: AbortSignal
  onResult?: (result: CheckResult) => void
  /** Hears every so often of the check that trains: how far it is and the last loss. */
  onProgress?: (progress: { check: string; step: number; steps: number; loss: number }) => void
}

export interface RecipeReport {
  /** No check failed. */
  passed: boolean
  results: CheckResult[]
  /** Causes of all failed checks, most likely first. */
  causes: Cause[]
  seconds: number
}
