// Run by doctor in a process of its own: chooses the backend as a test worker would, computes once, and prints
// what came out. A broken addon can take its process down, and doctor must live to tell.
import * as tf from '@tensorflow/tfjs'
import { selectBackend } from '../../backend/select.js'
import { answerMarker, type BackendAnswer } from './backend-answer.js'

const root = process.argv[2] ?? process.cwd()
const choice = await selectBackend({ backend: 'auto', root })
const product = tf.matMul(tf.tensor2d([[1, 2], [3, 4]]), tf.tensor2d([[5, 6], [7, 8]])) // biome-ignore format: a matrix
const computes = [19, 22, 43, 50].every((value, index) => product.dataSync()[index] === value)
const answer: BackendAnswer = {
  name: choice.name,
  why: choice.why,
  ...(choice.warning && { warning: choice.warning }),
  computes,
}
console.log(answerMarker + JSON.stringify(answer))
