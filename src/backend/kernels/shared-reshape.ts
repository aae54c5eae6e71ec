import * as tf from '@tensorflow/tfjs'
import type { NativeBackend } from './native-backend.js'
import { replaceKernel } from './replace-kernel.js'

const shares = Symbol.for('vitest-recipe.shared-reshape')

/**
 * Lets reshapes of floats to the same shape and casts to float32 share their input's data on `tensorflow`, as they do
 * on the other backends. Gradients are full of them, and tfjs-node makes a native call for each.
 * `VITEST_RECIPE_SHARED_RESHAPE=0` switches it off.
 */
export function registerSharedReshape(): void {
  if (process.env.VITEST_RECIPE_SHARED_RESHAPE === '0') return
  shareWhere('Reshape', (_, nativeShape, { shape }) =>
    tf.util.arraysEqual(nativeShape, (shape ?? []) as number[]),
  )
  shareWhere('Cast', ({ dtype }, _, attributes) => dtype === attributes.dtype)
}

type ChangesNothing = (x: tf.TensorInfo, nativeShape: number[], attributes: tf.NamedAttrMap) => boolean

function shareWhere(kernelName: string, changesNothing: ChangesNothing): void {
  const published = tf.getKernel(kernelName, 'tensorflow')?.kernelFunc
  if (!published || shares in published) return
  const kernelFunc: tf.KernelFunc = (call) => {
    const { x } = call.inputs as { x: tf.TensorInfo }
    const native = call.backend as NativeBackend
    const { shape } = native.tensorMap.get(x.dataId)
    // What is called int32 may be bytes of an image, or 64 bits wide, until a native operation has run.
    const isFloat = x.dtype === 'float32'
    if (!isFloat || !changesNothing(x, shape, call.attrs ?? {})) return published(call)
    native.incRef(x.dataId)
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
  }
  replaceKernel(kernelName, 'tensorflow', Object.assign(kernelFunc, { [shares]: true }))
}
