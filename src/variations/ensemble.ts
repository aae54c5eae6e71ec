import * as tf from '@tensorflow/tfjs'
import type { LossDescription } from '../statistics/losses.js'
import { LayersModelProgram } from '../training/layers-model.js'
import { learningRateOf, setLearningRate } from '../training/learning-rate.js'
import { copyOptimizer } from '../training/optimizer-copy.js'
import type { Examples, TensorGroup, Trainable } from '../training/trainable.js'

/** The first member; what it answers, and is judged by, is the mean of the answers of all. */
class FirstMember extends LayersModelProgram {
  others: LayersModelProgram[] = []

  override predict(xs: TensorGroup): tf.Tensor | tf.Tensor[] {
    return meanOf([super.predict(xs), ...this.others.map((one) => one.predict(xs))])
  }

  override predictInTraining(xs: TensorGroup): tf.Tensor | tf.Tensor[] {
    return meanOf([super.predictInTraining(xs), ...this.others.map((one) => one.predictInTraining(xs))])
  }
}

/**
 * Several models trained side by side on the same batches, which answer with the mean of their predictions. The loss is
 * that of the mean; a step returns the mean of the members' losses.
 */
export class Ensemble implements Trainable {
  readonly layers: readonly tf.layers.Layer[]
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly lossDescriptions: LossDescription[] | undefined
  private readonly first: FirstMember
  private readonly members: LayersModelProgram[]

  /** Owns the models from now on. */
  constructor([model, ...models]: tf.LayersModel[]) {
    this.first = new FirstMember(model!, 'owned')
    this.first.others = models.map((one) => new LayersModelProgram(one, 'owned'))
    this.members = [this.first, ...this.first.others]
    this.layers = this.members.flatMap((member) => member.layers)
    this.inputNames = this.first.inputNames
    this.outputNames = this.first.outputNames
    this.lossDescriptions = this.first.lossDescriptions
  }

  /** That of the first member; setting its learning rate sets that of all. */
  get optimizer(): tf.Optimizer {
    const { members } = this
    const rates = () => members.map(({ optimizer }) => learningRateOf(optimizer)!)
    return Object.create(members[0]!.optimizer, {
      learningRate: {
        get: () => rates()[0],
        set: (rate: number) => {
          for (const { optimizer } of members) setLearningRate(optimizer, rate)
        },
      },
      setLearningRate: {
        value: (rate: number) => {
          for (const { optimizer } of members) setLearningRate(optimizer, rate)
        },
      },
    })
  }

  /** Every member gets one of its own. */
  set optimizer(optimizer: tf.Optimizer) {
    for (const [i, member] of this.members.entries()) {
      member.optimizer = i === 0 ? optimizer : copyOptimizer(optimizer)
    }
  }

  predict(xs: TensorGroup): tf.Tensor | tf.Tensor[] {
    return this.first.predict(xs)
  }

  predictInTraining(xs: TensorGroup): tf.Tensor | tf.Tensor[] {
    return this.first.predictInTraining(xs)
  }

  loss(batch: Examples): tf.Scalar {
    return this.first.loss(batch)
  }

  outputLosses(batch: Examples): tf.Scalar[] {
    return this.first.outputLosses(batch)
  }

  evaluateMetrics(batch: Examples): Record<string, number> {
    return this.first.evaluateMetrics(batch)
  }

  step(batch: Examples): tf.Scalar {
    return meanOf(this.members.map((member) => member.step(batch))) as tf.Scalar
  }

  weights(): Record<string, tf.Variable> {
    return this.named((member) => member.weights())
  }

  stepWithGradients(batch: Examples): { loss: tf.Scalar; gradients: tf.NamedTensorMap } {
    const steps = this.members.map((member) => member.stepWithGradients(batch))
    let i = 0
    return {
      loss: meanOf(steps.map(({ loss }) => loss)) as tf.Scalar,
      gradients: this.named(() => steps[i++]!.gradients),
    }
  }

  zeroHead(): boolean {
    return this.members.every((member) => member.zeroHead())
  }

  disableDropout(): void {
    for (const member of this.members) member.disableDropout()
  }

  disablePenalty(): void {
    for (const member of this.members) member.disablePenalty()
  }

  activations(xs: TensorGroup): Array<tf.Tensor | undefined> {
    return this.members.flatMap((member) => member.activations(xs))
  }

  penalty(): tf.Scalar | undefined {
    const penalties = this.members.map((member) => member.penalty())
    return penalties.every((one) => one !== undefined) ? (meanOf(penalties) as tf.Scalar) : undefined
  }

  dispose(): void {
    for (const member of this.members) member.dispose()
  }

  private named<Value>(of: (member: LayersModelProgram) => Record<string, Value>): Record<string, Value> {
    return Object.fromEntries(
      this.members.flatMap((member, i) =>
        Object.entries(of(member)).map(([name, value]) => [`member${i + 1}/${name}`, value]),
      ),
    )
  }
}

/** The mean of what several programs gave, output by output; what they gave is freed. */
function meanOf(given: Array<tf.Tensor | tf.Tensor[]>): tf.Tensor | tf.Tensor[] {
  const mean = (tensors: tf.Tensor[]) => tf.tidy(() => tf.div(tf.addN(tensors), tensors.length))
  const outputs = given.map((one) => [one].flat())
  const means = outputs[0]!.map((_, i) => mean(outputs.map((one) => one[i]!)))
  tf.dispose(given)
  return Array.isArray(given[0]) ? means : means[0]!
}
