import * as tf from '@tensorflow/tfjs'

type FusedMatMul = typeof tf.fused.matMul

const isPlain = Symbol.for('vitest-recipe.plain-mat-mul')

/**
 * Runs `tf.fused.matMul` of two matrices without activation as `matMul` and `add` on `tensorflow`. There is no fused
 * native kernel: tfjs-node multiplies and adds, too, but of matrices reshaped to three dimensions and back, in the
 * gradient as well. The bits are the same. `VITEST_RECIPE_PLAIN_MAT_MUL=0` switches it off.
 */
export function registerPlainMatMul(): void {
  if (process.env.VITEST_RECIPE_PLAIN_MAT_MUL === '0') return
  const fused: { matMul: FusedMatMul } = tf.fused
  const published = fused.matMul
  if (isPlain in published) return
  const matMul: FusedMatMul = (operands) => {
    if (!isLinear(operands)) return published(operands)
    const { a, b, transposeA, transposeB, bias } = operands
    const product = tf.matMul(a, b, transposeA, transposeB) as ReturnType<FusedMatMul>
    return bias ? tf.add(product, bias) : product
  }
  // A build of TensorFlow.js whose functions cannot be replaced keeps its own.
  Reflect.set(fused, 'matMul', Object.assign(matMul, { [isPlain]: true }))
}

function isLinear({ a, b, transposeA, transposeB, bias, activation }: Parameters<FusedMatMul>[0]): boolean {
  if (tf.getBackend() !== 'tensorflow' || (activation ?? 'linear') !== 'linear') return false
  if (!isMatrix(a) || !isMatrix(b)) return false
  // Shapes that do not fit are left to the original and its message.
  if (a.shape[transposeA ? 0 : 1] !== b.shape[transposeB ? 1 : 0]) return false
  return !bias || isVector(bias, b.shape[transposeB ? 0 : 1])
}

const isMatrix = (x: tf.Tensor | tf.TensorLike): x is tf.Tensor2D =>
  x instanceof tf.Tensor && x.rank === 2 && x.dtype === 'float32'

const isVector = (x: tf.Tensor | tf.TensorLike, length: number): boolean =>
  x instanceof tf.Tensor && x.rank === 1 && x.size === length && x.dtype === 'float32'
