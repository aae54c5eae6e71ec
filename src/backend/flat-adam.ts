import * as tf from '@tensorflow/tfjs'

interface Moment {
  originalName: string
  variable: tf.Variable
}

/** The fields of TensorFlow.js 4.22's Adam that its own update uses. */
interface Adam {
  learningRate: number
  beta1: number
  beta2: number
  epsilon: number
  accBeta1: tf.Variable
  accBeta2: tf.Variable
  accumulatedFirstMoment: Moment[]
  accumulatedSecondMoment: Moment[]
  incrementIterations(): void
  applyGradients(gradients: Gradients): void
}

type Gradients = tf.NamedTensorMap | Array<{ name: string; tensor: tf.Tensor }>

/** The moments of all weights, one after the other, and the numbers of the update as tensors. */
interface FlatState {
  names: readonly string[]
  shapes: readonly number[][]
  sizes: readonly number[]
  first: tf.Tensor1D
  second: tf.Tensor1D
  settings: readonly number[]
  constants: tf.Scalar[]
}

/** Above this many weights the arithmetic costs more than the calls, and joining them would cost more than it saves. */
const mostWeights: Record<string, number> = { tensorflow: 200_000, wasm: 10_000 }

const states = new WeakMap<Adam, FlatState>()
/** Somebody has looked at their moments: they stay as they are. */
const plain = new WeakSet<Adam>()
const patched = Symbol.for('vitest-recipe.flat-adam')

/**
 * Speeds up Adam on `tensorflow` and `wasm`, where an update of small networks is mostly calls: 14 operations for each weight tensor.
 * The moments of all weights lie in one vector each, so that they are updated by 14 operations in all, with the same
 * arithmetic and bit-identical results. Who reads the moments finds them as TensorFlow.js keeps them.
 * `VITEST_RECIPE_FLAT_ADAM=0` switches it off.
 */
export function registerFlatAdam(): void {
  if (process.env.VITEST_RECIPE_FLAT_ADAM === '0') return
  const prototype = tf.AdamOptimizer.prototype as unknown as Adam & { [patched]?: boolean }
  if (prototype[patched]) return
  prototype[patched] = true
  const original = prototype.applyGradients
  prototype.applyGradients = function (this: Adam, gradients: Gradients): void {
    const named = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor] as const)
      : Object.entries(gradients)
    const state = stateFor(this, named)
    if (state) update(this, state, named)
    else {
      toPlain(this)
      original.call(this, gradients)
    }
  }
}

type Named = ReadonlyArray<readonly [name: string, gradient: tf.Tensor]>

/** The state in use, or a new one for an optimizer that has made no update; undefined where flat updates do not apply. */
function stateFor(optimizer: Adam, gradients: Named): FlatState | undefined {
  const most = mostWeights[tf.getBackend()]
  if (plain.has(optimizer) || most === undefined) return undefined
  // Gradients that are missing, or of another type, are left to TensorFlow.js.
  if (gradients.some(([, gradient]) => gradient?.dtype !== 'float32')) return undefined
  const known = states.get(optimizer)
  if (known) {
    const same =
      known.names.length === gradients.length && gradients.every(([name], i) => name === known.names[i])
    return same ? known : undefined
  }
  const { accumulatedFirstMoment, accumulatedSecondMoment } = optimizer
  if (accumulatedFirstMoment.length + accumulatedSecondMoment.length > 0 || gradients.length < 2)
    return undefined
  const total = gradients.reduce((sum, [, { size }]) => sum + size, 0)
  if (total > most) return undefined
  const zeros = tf.tidy(() => tf.keep(tf.zeros([total]))) as tf.Tensor1D
  const state: FlatState = {
    names: gradients.map(([name]) => name),
    shapes: gradients.map(([, { shape }]) => shape),
    sizes: gradients.map(([, { size }]) => size),
    first: zeros,
    second: tf.tidy(() => tf.keep(zeros.clone())),
    settings: [],
    constants: [],
  }
  keepFlat(optimizer, state)
  return state
}

function keepFlat(optimizer: Adam, state: FlatState): void {
  states.set(optimizer, state)
  unfoldWhenRead(optimizer, state)
}

/** The arithmetic of `AdamOptimizer.applyGradients`, operation by operation. */
function update(optimizer: Adam, state: FlatState, gradients: Named): void {
  const { beta1, beta2, epsilon, learningRate, accBeta1, accBeta2 } = optimizer
  const [b1, rest1, b2, rest2, small, rate] = constantsOf(state, [
    beta1,
    1 - beta1,
    beta2,
    1 - beta2,
    epsilon,
    -learningRate,
  ]) as [tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar]
  tf.tidy(() => {
    const gradient = tf.concat(gradients.map(([, tensor]) => tf.reshape(tensor, [tensor.size])))
    const first = tf.add(tf.mul(state.first, b1), tf.mul(gradient, rest1)) as tf.Tensor1D
    const second = tf.add(tf.mul(state.second, b2), tf.mul(tf.square(gradient), rest2)) as tf.Tensor1D
    const correctedFirst = tf.div(first, tf.sub(1, accBeta1))
    const correctedSecond = tf.div(second, tf.sub(1, accBeta2))
    const change = tf.mul(tf.div(correctedFirst, tf.add(tf.sqrt(correctedSecond), small)), rate)
    const changes = tf.split(change, state.sizes as number[])
    for (const [i, name] of state.names.entries()) {
      const variable = tf.engine().registeredVariables[name] as tf.Variable
      variable.assign(tf.add(tf.reshape(changes[i]!, state.shapes[i]!), variable))
    }
    tf.dispose([state.first, state.second])
    state.first = tf.keep(first)
    state.second = tf.keep(second)
    accBeta1.assign(tf.mul(accBeta1, b1))
    accBeta2.assign(tf.mul(accBeta2, b2))
  })
  optimizer.incrementIterations()
}

/** Made once: a number in an operation is a new tensor at each step. */
function constantsOf(state: FlatState, settings: readonly number[]): readonly tf.Scalar[] {
  if (settings.every((value, i) => value === state.settings[i])) return state.constants
  tf.dispose(state.constants)
  state.constants = tf.tidy(() => settings.map((value) => tf.keep(tf.scalar(value))))
  state.settings = settings
  return state.constants
}

/** The names of the two lists of moments. */
const moments = ['accumulatedFirstMoment', 'accumulatedSecondMoment'] as const

/**
 * Gives a new optimizer the moments of one that keeps them flat, which stays as it is. Returns the fields that are copied
 * by that: reading them would unfold them.
 */
export function copyFlatMoments(from: tf.Optimizer, to: tf.Optimizer): readonly string[] {
  const state = states.get(from as unknown as Adam)
  if (!state) return []
  const [first, second] = tf.tidy(() =>
    [state.first, state.second].map((moment) => tf.keep(moment.clone())),
  ) as [tf.Tensor1D, tf.Tensor1D]
  keepFlat(to as unknown as Adam, { ...state, first, second, settings: [], constants: [] })
  return moments
}

/** The two lists of moments are made when somebody asks for one of them; from then on updates are those of TensorFlow.js. */
function unfoldWhenRead(optimizer: Adam, state: FlatState): void {
  for (const field of moments) {
    Object.defineProperty(optimizer, field, {
      configurable: true,
      enumerable: true,
      get(): Moment[] {
        unfold(optimizer, state)
        return optimizer[field]
      },
      set(moments: Moment[]) {
        unfold(optimizer, state)
        tf.dispose(optimizer[field].map(({ variable }) => variable))
        optimizer[field] = moments
      },
    })
  }
}

function toPlain(optimizer: Adam): void {
  const state = states.get(optimizer)
  if (state) unfold(optimizer, state)
}

function unfold(optimizer: Adam, { names, shapes, sizes, first, second, constants }: FlatState): void {
  states.delete(optimizer)
  plain.add(optimizer)
  const momentsOf = (flat: tf.Tensor1D, letter: string): Moment[] =>
    tf.tidy(() =>
      tf.split(flat, sizes as number[]).map((part, i) => ({
        originalName: `${names[i]}/${letter}`,
        variable: tf.variable(tf.reshape(part, shapes[i]!), false),
      })),
    )
  const lists = {
    accumulatedFirstMoment: momentsOf(first, 'm'),
    accumulatedSecondMoment: momentsOf(second, 'v'),
  }
  for (const [field, value] of Object.entries(lists))
    Object.defineProperty(optimizer, field, { configurable: true, enumerable: true, writable: true, value })
  tf.dispose([first, second, ...constants])
}
