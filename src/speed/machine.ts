import { arch, availableParallelism, cpus, platform } from 'node:os'
import * as tf from '@tensorflow/tfjs'

/** What speeds are comparable on, in one line: processor, system, Node, backend with its versions and threads. */
export function machineName(): string {
  const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown processor'
  const threads = process.env.TF_NUM_INTRAOP_THREADS
  return [
    `${model} × ${availableParallelism()}`,
    `${platform()} ${arch()}`,
    `node ${process.versions.node.split('.')[0]}`,
    `${tf.getBackend()} ${tf.version.tfjs}${threads ? `, ${threads} ${threads === '1' ? 'thread' : 'threads'}` : ''}`,
  ].join(' · ')
}
