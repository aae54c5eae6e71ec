import { withAugmentation } from './with-augmentation.js'
import { withBatchSize } from './with-batch-size.js'
import { withDropout } from './with-dropout.js'
import { withEarlyStopping } from './with-early-stopping.js'
import { withEnsemble } from './with-ensemble.js'
import { withLargerModel } from './with-larger-model.js'
import { withLearningRate } from './with-learning-rate.js'
import { withMoreData } from './with-more-data.js'
import { withOptimizer } from './with-optimizer.js'
import { withPretrainedWeights } from './with-pretrained-weights.js'
import { withSmallerInput } from './with-smaller-input.js'
import { withSmallerModel } from './with-smaller-model.js'
import { withSyntheticData } from './with-synthetic-data.js'
import { withWeightDecay } from './with-weight-decay.js'
import { withoutFeatures } from './without-features.js'

export type { Variation } from './variation.js'

/** Each maps a recipe to one that differs in exactly one thing: the arms of an experiment. */
export const variations = {
  withMoreData,
  withAugmentation,
  withSyntheticData,
  withPretrainedWeights,
  withSmallerInput,
  withoutFeatures,
  withSmallerModel,
  withLargerModel,
  withBatchSize,
  withDropout,
  withWeightDecay,
  withEarlyStopping,
  withOptimizer,
  withLearningRate,
  withEnsemble,
}
