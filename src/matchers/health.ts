import type { MatcherState } from 'vitest'
import { type BaseRateOptions, checkBaseRate } from '../checks/skeleton/base-rate.js'
import {
  checkEvaluatesConsistently,
  type EvaluatesConsistentlyOptions,
} from '../checks/skeleton/evaluates-consistently.js'
import {
  checkHealthyActivations,
  type HealthyActivationsOptions,
} from '../checks/skeleton/healthy-activations.js'
import { checkHealthyGradients, type HealthyGradientsOptions } from '../checks/skeleton/healthy-gradients.js'
import { checkHumanBaseline, type HumanBaselineOptions } from '../checks/skeleton/human-baseline.js'
import {
  checkLoadsDeterministically,
  type LoadsDeterministicallyOptions,
} from '../checks/skeleton/loads-deterministically.js'
import {
  checkMatchesReference,
  type MatchesReferenceOptions,
  type TensorFunction,
} from '../checks/skeleton/matches-reference.js'
import { checkNoTensorLeak, type NoTensorLeakOptions } from '../checks/skeleton/no-tensor-leak.js'
import { checkReproducible, type ReproducibleOptions } from '../checks/skeleton/reproducible.js'
import {
  checkUpdatesEveryWeight,
  type UpdatesEveryWeightOptions,
} from '../checks/skeleton/updates-every-weight.js'
import { InvalidArgumentError } from '../errors.js'
import { describe } from '../training/examples.js'
import type { Examples, Subject } from '../training/trainable.js'
import { answerWith, type MatcherOutcome } from './define.js'

/** `expect(create).toUpdateEveryWeight(batch)` */
export async function toUpdateEveryWeight(
  this: MatcherState,
  subject: Subject,
  batch: Examples,
  options?: UpdatesEveryWeightOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toUpdateEveryWeight', (control) =>
    checkUpdatesEveryWeight(subject, batch, { ...control, ...options }),
  )
}

/** `expect(create).toHaveHealthyActivations(batch)` */
export async function toHaveHealthyActivations(
  this: MatcherState,
  subject: Subject,
  batch: Examples,
  options?: HealthyActivationsOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveHealthyActivations', (control) =>
    checkHealthyActivations(subject, batch, { ...control, ...options }),
  )
}

/** `expect(create).toHaveHealthyGradients(batch)` */
export async function toHaveHealthyGradients(
  this: MatcherState,
  subject: Subject,
  batch: Examples,
  options?: HealthyGradientsOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toHaveHealthyGradients', (control) =>
    checkHealthyGradients(subject, batch, { ...control, ...options }),
  )
}

/** `expect(create).toTrainReproducibly(batch)` */
export async function toTrainReproducibly(
  this: MatcherState,
  subject: Subject,
  batch: Examples,
  options?: ReproducibleOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toTrainReproducibly', (control) =>
    checkReproducible(subject, batch, { ...control, ...options }),
  )
}

/** `expect(create).toEvaluateConsistently(examples)` */
export async function toEvaluateConsistently(
  this: MatcherState,
  subject: Subject,
  examples: Examples,
  options?: EvaluatesConsistentlyOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toEvaluateConsistently', (control) =>
    checkEvaluatesConsistently(subject, examples, { ...control, ...options }),
  )
}

/** `expect(create).toStartAtBaseRate(examples)` */
export async function toStartAtBaseRate(
  this: MatcherState,
  subject: Subject,
  examples: Examples,
  options?: BaseRateOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toStartAtBaseRate', (control) =>
    checkBaseRate(subject, examples, { ...control, ...options }),
  )
}

/** `expect(loadExamples).toLoadDeterministically()` */
export async function toLoadDeterministically(
  this: MatcherState,
  load: () => Examples | Promise<Examples>,
  options?: LoadsDeterministicallyOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toLoadDeterministically', (control) =>
    checkLoadsDeterministically(load, { ...control, ...options }),
  )
}

/** `expect(() => step()).toNotLeakTensors()` */
export async function toNotLeakTensors(
  this: MatcherState,
  subject: () => unknown,
  options?: NoTensorLeakOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toNotLeakTensors', (control) =>
    checkNoTensorLeak(subject, { ...control, ...options }),
  )
}

/** `expect(model).toReachHumanBaseline({ metric: 'accuracy', value: 0.97, on: test })` */
export async function toReachHumanBaseline(
  this: MatcherState,
  subject: Subject,
  options: HumanBaselineOptions,
): Promise<MatcherOutcome> {
  return answerWith(this, 'toReachHumanBaseline', (control) =>
    checkHumanBaseline(subject, { ...control, ...options }),
  )
}

/** `expect(vectorised).toMatchReference(loop, { on: batch })` */
export async function toMatchReference(
  this: MatcherState,
  subject: TensorFunction,
  reference: TensorFunction,
  options: MatchesReferenceOptions,
): Promise<MatcherOutcome> {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(
      'options',
      describe(options),
      '{ on: tensors }: what to call both functions with',
    )
  }
  return answerWith(this, 'toMatchReference', (control) =>
    checkMatchesReference(subject, reference, { ...control, ...options }),
  )
}
