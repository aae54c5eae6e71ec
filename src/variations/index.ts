import { withAugmentation } from './with-augmentation.js'
import { withBatchSize } from './with-batch-size.js'
import { withDropout } from './with-dropout.js'
import { withEarlyStopping } from './with-early-stopping.js'
import { withLearningRate } from './with-learning-rate.js'
import { withMoreData } from './with-more-data.js'
import { withOptimizer } from './with-optimizer.js'
import { withSyntheticData } from './with-synthetic-data.js'
import { withWeightDecay } from './with-weight-decay.js'

export type { Variation } from './variation.js'

/** Each maps a recipe to one that differs in exactly one thing: the arms of an experiment. */
export const variations = {
  withMoreData,
  withAugmentation,
  withSyntheticData,
  withBatchSize,
  withDropout,
  withWeightDecay,
  withEarlyStopping,
  withOptimizer,
  withLearningRate,
}
