import type { BalancedClassesOptions } from '../checks/data/balanced-classes.js'
import type { ConsistentLabelsOptions } from '../checks/data/consistent-labels.js'
import type { DisjointOptions } from '../checks/data/disjoint.js'
import type { DuplicatesOptions } from '../checks/data/duplicates.js'
import type { FiniteValuesOptions } from '../checks/data/finite-values.js'
import type { LabelMapOptions } from '../checks/data/label-map.js'
import type { LabelledAlikeOptions } from '../checks/data/labelled-alike.js'
import type { NormalizedOptions } from '../checks/data/normalized.js'
import type { OutliersOptions } from '../checks/data/outliers.js'
import type { SameDistributionOptions } from '../checks/data/same-distribution.js'
import type { ShuffledOptions } from '../checks/data/shuffled.js'
import type { TargetLeakOptions } from '../checks/data/target-leak.js'
import type { EarnsItsComplexityOptions } from '../checks/overfit/earns-its-complexity.js'
import type { ImprovesWithEachAdditionOptions } from '../checks/overfit/improves-with-each-addition.js'
import type { OverfitTrainingSetOptions } from '../checks/overfit/overfit-training-set.js'
import type { GeneralizesBetterOptions } from '../checks/regularize/generalizes-better.js'
import type { KeepsLearningRateOptions } from '../checks/regularize/keeps-learning-rate.js'
import type { PreservesDistributionOptions } from '../checks/regularize/preserves-distribution.js'
import type { StopsEarlyOptions } from '../checks/regularize/stops-early.js'
import type { BaseRateOptions } from '../checks/skeleton/base-rate.js'
import type { CapacityOptions } from '../checks/skeleton/capacity.js'
import type { CausalOptions } from '../checks/skeleton/causal.js'
import type { EvaluatesConsistentlyOptions } from '../checks/skeleton/evaluates-consistently.js'
import type { ExamplesIndependentOptions } from '../checks/skeleton/examples-independent.js'
import type { HealthyActivationsOptions } from '../checks/skeleton/healthy-activations.js'
import type { HealthyGradientsOptions } from '../checks/skeleton/healthy-gradients.js'
import type { HumanBaselineOptions } from '../checks/skeleton/human-baseline.js'
import type { InitLossOptions } from '../checks/skeleton/init-loss.js'
import type { LoadsDeterministicallyOptions } from '../checks/skeleton/loads-deterministically.js'
import type { MatchesReferenceOptions, TensorFunction } from '../checks/skeleton/matches-reference.js'
import type { NoTensorLeakOptions } from '../checks/skeleton/no-tensor-leak.js'
import type { OverfitBatchOptions } from '../checks/skeleton/overfit-batch.js'
import type { ReproducibleOptions } from '../checks/skeleton/reproducible.js'
import type { UpdatesEveryWeightOptions } from '../checks/skeleton/updates-every-weight.js'
import type { UsesEveryInputOptions } from '../checks/skeleton/uses-every-input.js'
import type { ZeroInputBaselineOptions } from '../checks/skeleton/zero-input-baseline.js'
import type { BeatsItsMembersOptions } from '../checks/squeeze/beats-its-members.js'
import type { PredictsWithinOptions, TrainsAtLeastOptions } from '../checks/squeeze/fast-enough.js'
import type { HasConvergedOptions } from '../checks/squeeze/has-converged.js'
import type { StructuredFiltersOptions } from '../checks/squeeze/structured-filters.js'
import type { TrainsAsWellAsAdamOptions } from '../checks/tune/trains-as-well-as-adam.js'
import type { Recipe, RunRecipeOptions } from '../recipe/recipe.js'
import type { Examples, Subject } from '../training/trainable.js'
import type { ActivationImageOptions } from './activation-image.js'
import type { ConfusionImageOptions } from './confusion-image.js'
import type { DataImageOptions } from './data-image.js'
import type { FigureOptions } from './figure.js'
import type { InputImageOptions } from './input-image.js'
import type { PredictionImageOptions } from './prediction-image.js'
import type { MatchSpeedOptions } from './speed.js'
import type { WeightImageOptions } from './weight-image.js'

// The global Chai namespace is the one augmentation that compiles with Vitest 4 and 5 alike.
declare global {
  namespace Chai {
    interface Assertion {
      /**
       * The loss of the fresh program is near `expected` (`Math.log(10)` for ten classes), and exact with the
       * last layer zeroed. Without a number the expectation is derived from the loss and the labels.
       * Subject: a factory or a model.
       */
      toHaveInitLossNear(expected: number | undefined, options: InitLossOptions): Promise<void>
      toHaveInitLossNear(options: InitLossOptions): Promise<void>
      /** The program overfits one batch: loss near the floor of the labels, every label predicted. */
      toOverfitBatch(batch: Examples, options?: OverfitBatchOptions): Promise<void>
      /** Trained on `train`, the program beats the best prediction that ignores the inputs. */
      toBeatZeroInputBaseline(train: Examples, options?: ZeroInputBaselineOptions): Promise<void>
      /** The training loss falls as the capacity grows. Subject: `(capacity) => model`. */
      toDecreaseLossWithCapacity<Capacity>(train: Examples, options: CapacityOptions<Capacity>): Promise<void>
      /** Inputs, labels and sample weights hold finite numbers only. Subject: examples. */
      toHaveFiniteValues(options?: FiniteValuesOptions): Promise<void>
      /** The prediction for an example keeps every bit when the other examples of its batch are replaced. */
      toKeepExamplesIndependent(batch: Examples, options?: ExamplesIndependentOptions): Promise<void>
      /** The output at step t of a sequence depends on inputs up to t only. `axis` counts the steps, default 1. */
      toBeCausal(batch: Examples, options?: CausalOptions): Promise<void>
      /** Some prediction depends on every input: every column, step and channel. */
      toUseEveryInput(batch: Examples, options?: UsesEveryInputOptions): Promise<void>
      /** No example is there twice, nor nearly; chance repeats of few-valued features are allowed. Subject: examples. */
      toHaveNoDuplicates(options?: DuplicatesOptions): Promise<void>
      /** None of the other examples is among these, nor nearly. Subject: the training examples. */
      toBeDisjointFrom(others: Examples, options?: DisjointOptions): Promise<void>
      /** The rarest class has at least minRatio (0.1) times the examples of the most frequent one. Subject: examples. */
      toHaveBalancedClasses(options?: BalancedClassesOptions): Promise<void>
      /** Inputs are on scale: standardised, in a range, or as wished by mean and std or range. Subject: examples. */
      toBeNormalized(options?: NormalizedOptions): Promise<void>
      /** No value of a feature or regression target lies far outside the others. Subject: examples. */
      toHaveNoOutliers(options?: OutliersOptions): Promise<void>
      /** Every trainable weight changes within a few steps; one that does not is told apart. */
      toUpdateEveryWeight(batch: Examples, options?: UpdatesEveryWeightOptions): Promise<void>
      /** No dead, saturated or equal units before and after a few steps. */
      toHaveHealthyActivations(batch: Examples, options?: HealthyActivationsOptions): Promise<void>
      /** Gradients reach the first layers, and updates are in proportion to the weights. */
      toHaveHealthyGradients(batch: Examples, options?: HealthyGradientsOptions): Promise<void>
      /** Two runs with the same seed are the same to the last bit. */
      toTrainReproducibly(batch: Examples, options?: ReproducibleOptions): Promise<void>
      /** The loss is the same twice, in parts, in another order and with every example twice. */
      toEvaluateConsistently(examples: Examples, options?: EvaluatesConsistentlyOptions): Promise<void>
      /** The first predictions are at the base rate of the labels, where that matters. */
      toStartAtBaseRate(examples: Examples, options?: BaseRateOptions): Promise<void>
      /** Two calls of a loader give the same examples. Subject: `() => examples`. */
      toLoadDeterministically(options?: LoadsDeterministicallyOptions): Promise<void>
      /** Called again and again, a function leaves no tensor behind. Subject: a function. */
      toNotLeakTensors(options?: NoTensorLeakOptions): Promise<void>
      /** The program is as good as a person: accuracy, loss or a compiled metric on `on` reaches `value`. */
      toReachHumanBaseline(options: HumanBaselineOptions): Promise<void>
      /** A function of tensors gives what a reference gives, element by element. Subject: a function. */
      toMatchReference(reference: TensorFunction, options: MatchesReferenceOptions): Promise<void>
      /** Identical inputs have the same label, and no labels contradict their neighbourhood. Subject: examples. */
      toHaveConsistentLabels(options?: ConsistentLabelsOptions): Promise<void>
      /** No feature is the label in another guise, no target of a causal model is among its inputs. Subject: examples. */
      toHaveNoTargetLeak(options?: TargetLeakOptions): Promise<void>
      /** Class k means the same in both splits, and none is all but missing here. Subject: the training examples. */
      toMatchLabelsOf(validation: Examples, options?: LabelMapOptions): Promise<void>
      /** Neighbours share their labels as often as those among `validation` do. Subject: the training examples. */
      toBeLabelledLike(validation: Examples, options?: LabelledAlikeOptions): Promise<void>
      /** Inputs lie where those of `validation` lie, and spread as far. Subject: the training examples. */
      toBeDistributedLike(validation: Examples, options?: SameDistributionOptions): Promise<void>
      /** The order of the examples says nothing about their labels. Subject: examples. */
      toBeShuffled(options?: ShuffledOptions): Promise<void>
      /** The data are those of the stored snapshot: a contact sheet by label, histograms of a table. Subject: examples. */
      toMatchDataImage(name?: string, options?: DataImageOptions): Promise<void>
      toMatchDataImage(options?: DataImageOptions): Promise<void>
      /** What the net receives, after all preprocessing, is that of the stored snapshot. */
      toMatchInputImage(name: string, options: InputImageOptions): Promise<void>
      toMatchInputImage(options: InputImageOptions): Promise<void>
      /** Predictions on a fixed batch settle through training as those of the stored snapshot did. */
      toMatchPredictionImage(name: string, options: PredictionImageOptions): Promise<void>
      toMatchPredictionImage(options: PredictionImageOptions): Promise<void>
      /** What a layer makes of a batch is that of the stored snapshot. */
      toMatchActivationImage(name: string, options: ActivationImageOptions): Promise<void>
      toMatchActivationImage(options: ActivationImageOptions): Promise<void>
      /** Which classes a classifier takes for which is that of the stored snapshot. */
      toMatchConfusionImage(name: string, options: ConfusionImageOptions): Promise<void>
      toMatchConfusionImage(options: ConfusionImageOptions): Promise<void>
      /** Curves, or SVG text, are those of the stored snapshot. Subject: curves by name, a recorded training, SVG text. */
      toMatchFigure(name?: string, options?: FigureOptions): Promise<void>
      toMatchFigure(options?: FigureOptions): Promise<void>
      /** The weights of a layer are those of the stored snapshot, which a picture beside it shows. */
      toMatchWeightImage(name?: string, options?: WeightImageOptions): Promise<void>
      toMatchWeightImage(options?: WeightImageOptions): Promise<void>
      /** The whole training set can be learnt by heart. */
      toOverfitTrainingSet(train: Examples, options?: OverfitTrainingSetOptions): Promise<void>
      /** No worse than Adam at one of three rates. */
      toTrainAsWellAsAdam(train: Examples, options?: TrainsAsWellAsAdamOptions): Promise<void>
      /** With early stopping training ends before it overfits, at the best weights. */
      toStopEarly(options?: StopsEarlyOptions): Promise<void>
      /** The loss is level when training ends. */
      toHaveConverged(options?: HasConvergedOptions): Promise<void>
      /** The mean of the predictions is better than the members. Subject: a list of models. */
      toBeatItsMembers(examples: Examples, options?: BeatsItsMembersOptions): Promise<void>
      /** Training steps on the batch process at least so many examples per second. */
      toTrainAtLeast(wanted: TrainsAtLeastOptions, batch: Examples): Promise<void>
      /** A prediction of the batch takes at most so many milliseconds. */
      toPredictWithin(wanted: PredictsWithinOptions, batch: Examples): Promise<void>
      /** Training steps are as fast as when this machine's baseline was recorded. */
      toMatchSpeed(name: string, options: MatchSpeedOptions): Promise<void>
      toMatchSpeed(options: MatchSpeedOptions): Promise<void>
      /** The filters of the first layer show patterns, not noise; with `train`, what training changes in them does. */
      toHaveStructuredFilters(options?: StructuredFiltersOptions): Promise<void>
      /** For the first half of the steps the learning rate keeps a tenth of its highest value. Subject: `(step) => rate`. */
      toKeepLearningRate(options: KeepsLearningRateOptions): Promise<void>
      /** Its additional weights lower the validation loss of the simpler program, over several seeds. */
      toEarnItsComplexityOver(simpler: Subject, options: EarnsItsComplexityOptions): Promise<void>
      /** Each program has a lower validation loss than the one before it. Subject: a list, the simplest first. */
      toImproveWithEachAddition(options: ImprovesWithEachAdditionOptions): Promise<void>
      /** Over several seeds the hypothesis holds against the baseline. Subject: a recipe, a factory or a model. */
      toGeneralizeBetterThan(baseline: Recipe | Subject, options?: GeneralizesBetterOptions): Promise<void>
      /** Augmentation keeps shapes, places of the inputs and what labels say. Subject: `(batch) => batch`. */
      toPreserveDistribution(examples: Examples, options?: PreservesDistributionOptions): Promise<void>
      /** @internal */
      toPassRecipeCheck(options: RunRecipeOptions): Promise<void>
    }
  }
}
