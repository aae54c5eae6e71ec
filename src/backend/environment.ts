/**
 * What native TensorFlow reads from the environment when its addon loads. Pinned, because results depend on
 * them: another number of threads, or other kernels, change the bits of a training run. At the sizes of tests a
 * second thread gains nothing (docs/backend.md), and single-threaded workers run side by side.
 *
 * They must be in the environment of the process itself: inside a worker thread, `process.env` is a copy that
 * native code does not see.
 */
export const threadEnvironment: Readonly<Record<string, string>> = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  TF_ENABLE_ONEDNN_OPTS: '1',
  // Instructions that all x64 servers have: the same kernels on all of them.
  ONEDNN_MAX_CPU_ISA: 'AVX2',
  // Not a matter of threads: 2 keeps informational lines and warnings of TensorFlow off the terminal.
  TF_CPP_MIN_LOG_LEVEL: '2',
}

/**
 * A profiler interrupts the process a thousand times a second. oneDNN's matrix products for AVX2 do not bear that: memory is
 * corrupted (docs/backend.md#signals). Those for AVX do; convolutions take a quarter longer.
 */
const profiledEnvironment = { ONEDNN_MAX_CPU_ISA: 'AVX' }

const profiles = (argument: string): boolean => /^--(?:cpu-prof|prof)(?:$|=)/.test(argument)

/** Sets what the user has not set; their own choice wins. `argumentsOfNode`: flags that Node was started with. */
export function pinThreadEnvironment(
  environment: Record<string, string | undefined> = process.env,
  argumentsOfNode: readonly string[] = [...process.execArgv, ...(environment.NODE_OPTIONS ?? '').split(' ')],
): void {
  const pinned = { ...threadEnvironment, ...(argumentsOfNode.some(profiles) && profiledEnvironment) }
  for (const [name, value] of Object.entries(pinned)) environment[name] ??= value
}
