import type { Stage } from './result.js'

/** A check that there is, whether or not somebody ran it. */
export interface CatalogEntry {
  check: string
  stage: Stage
  /** What must hold, in a few words. */
  title: string
  matcher: string
}

const entry = (stage: Stage, check: string, matcher: string, title: string): CatalogEntry => ({
  check,
  stage,
  title,
  matcher,
})

/**
 * Every check, in the order of Karpathy's recipe. A list of its own: reports are made in a process that loads no
 * TensorFlow.js, so they cannot ask the recipe.
 */
export const catalog: readonly CatalogEntry[] = [
  entry('data', 'finite-values', 'toHaveFiniteValues', 'no NaN, no infinity'),
  entry('data', 'normalized', 'toBeNormalized', 'inputs on a scale that initialisers are made for'),
  entry('data', 'no-outliers', 'toHaveNoOutliers', 'no values far outside the others'),
  entry('data', 'no-duplicates', 'toHaveNoDuplicates', 'no example twice'),
  entry('data', 'disjoint', 'toBeDisjointFrom', 'validation examples are not trained on'),
  entry('data', 'balanced-classes', 'toHaveBalancedClasses', 'no class is rare'),
  entry('data', 'consistent-labels', 'toHaveConsistentLabels', 'equal inputs have equal labels'),
  entry('data', 'target-leak', 'toHaveNoTargetLeak', 'no feature is the label'),
  entry('data', 'label-map-match', 'toMatchLabelsOf', 'class numbers mean the same in both splits'),
  entry('data', 'labelled-alike', 'toBeLabelledLike', 'both splits are labelled as well'),
  entry('data', 'same-distribution', 'toBeDistributedLike', 'both splits lie in the same place'),
  entry('data', 'shuffled-data', 'toBeShuffled', 'batches are not sorted'),
  entry('data', 'match-data-image', 'toMatchDataImage', 'the data are those that were looked at'),
  entry(
    'skeleton',
    'loads-deterministically',
    'toLoadDeterministically',
    'the loader gives the same examples',
  ),
  entry('skeleton', 'reproducible', 'toTrainReproducibly', 'the same seed, the same run'),
  entry(
    'skeleton',
    'evaluates-consistently',
    'toEvaluateConsistently',
    'the loss does not depend on the batches',
  ),
  entry('skeleton', 'init-loss-near', 'toHaveInitLossNear', 'the first loss is that of a uniform guess'),
  entry('skeleton', 'base-rate', 'toStartAtBaseRate', 'the output bias is set to the base rate'),
  entry(
    'skeleton',
    'zero-input-baseline',
    'toBeatZeroInputBaseline',
    'it beats the best guess without inputs',
  ),
  entry('skeleton', 'overfit-batch', 'toOverfitBatch', 'one batch can be learnt by heart'),
  entry(
    'skeleton',
    'decrease-loss-with-capacity',
    'toDecreaseLossWithCapacity',
    'the loss falls as it grows',
  ),
  entry('skeleton', 'examples-independent', 'toKeepExamplesIndependent', 'examples do not mix'),
  entry('skeleton', 'causal', 'toBeCausal', 'nothing depends on the future'),
  entry('skeleton', 'uses-every-input', 'toUseEveryInput', 'every input reaches the predictions'),
  entry('skeleton', 'updates-every-weight', 'toUpdateEveryWeight', 'every weight changes'),
  entry('skeleton', 'healthy-activations', 'toHaveHealthyActivations', 'no layer is dead or saturated'),
  entry('skeleton', 'healthy-gradients', 'toHaveHealthyGradients', 'gradients reach every kernel'),
  entry('skeleton', 'human-baseline', 'toReachHumanBaseline', 'as good as a person'),
  entry('skeleton', 'match-input-image', 'toMatchInputImage', 'what the net receives was looked at'),
  entry(
    'skeleton',
    'match-activation-image',
    'toMatchActivationImage',
    'what a layer makes of a batch was looked at',
  ),
  entry('skeleton', 'match-prediction-image', 'toMatchPredictionImage', 'predictions settle as they did'),
  entry('skeleton', 'match-figure', 'toMatchFigure', 'the curves are those that were looked at'),
  entry('skeleton', 'matches-reference', 'toMatchReference', 'the vectorised code equals the simple one'),
  entry('skeleton', 'no-tensor-leak', 'toNotLeakTensors', 'nothing leaks'),
  entry('overfit', 'overfit-training-set', 'toOverfitTrainingSet', 'the training set can be learnt by heart'),
  entry('overfit', 'earns-its-complexity', 'toEarnItsComplexityOver', 'no simpler program does as well'),
  entry('overfit', 'improves-with-each-addition', 'toImproveWithEachAddition', 'every addition pays'),
  entry('regularize', 'preserves-distribution', 'toPreserveDistribution', 'augmentation keeps the labels'),
  entry('regularize', 'generalizes-better', 'toGeneralizeBetterThan', 'a change does what was claimed'),
  entry('regularize', 'stops-early', 'toStopEarly', 'training stops before it overfits'),
  entry('tune', 'keeps-learning-rate', 'toKeepLearningRate', 'the schedule does not decay early'),
  entry('tune', 'trains-as-well-as-adam', 'toTrainAsWellAsAdam', 'as good as the safe optimizer'),
  entry('squeeze', 'match-weight-image', 'toMatchWeightImage', 'the weights were looked at'),
  entry(
    'squeeze',
    'match-confusion-image',
    'toMatchConfusionImage',
    'which classes are mixed up was looked at',
  ),
  entry('squeeze', 'structured-filters', 'toHaveStructuredFilters', 'first filters are no noise'),
  entry('squeeze', 'beats-its-members', 'toBeatItsMembers', 'the ensemble is better than its members'),
  entry('squeeze', 'trains-at-least', 'toTrainAtLeast', 'it trains fast enough'),
  entry('squeeze', 'predicts-within', 'toPredictWithin', 'it predicts fast enough'),
  entry('squeeze', 'match-speed', 'toMatchSpeed', 'it is as fast as it was'),
  entry('squeeze', 'has-converged', 'toHaveConverged', 'it was trained long enough'),
]

const places = new Map(catalog.map(({ check }, place) => [check, place]))

/** Sorts by the order of the recipe; checks that are not in the list come last. */
export function byRecipeOrder(a: { check: string }, b: { check: string }): number {
  return (places.get(a.check) ?? catalog.length) - (places.get(b.check) ?? catalog.length)
}

export const stages: readonly Stage[] = ['data', 'skeleton', 'overfit', 'regularize', 'tune', 'squeeze']
