import * as tf from '@tensorflow/tfjs'
import { isTensor } from './examples.js'
import { isOptimizerVariable, isVariable } from './optimizer-copy.js'
import type { Trainable } from './trainable.js'
import { tensorOf, type Values, valuesOf } from './values.js'

type Fields = Record<string, unknown>

/** A moment of a weight: the weight by its place, since names are made anew for every model. */
interface Moment {
  weight: number
  suffix: string
  moment: Values
}

/** What training has changed of a compiled model, as data: its weights, and what its optimizer keeps. */
export interface ProgramState {
  weights: Values[]
  optimizer: Array<{ field: string; number?: number; tensor?: Values; moments?: Moment[] }>
}

interface ModelProgram extends Trainable {
  model: tf.LayersModel
  optimizer: tf.Optimizer
}

/** Undefined for a program that is no compiled model, and for one of more than `mostBytes`. */
export function stateOf(program: Trainable, mostBytes: number): ProgramState | undefined {
  if (!isModelProgram(program)) return undefined
  const { model, optimizer } = program
  if (4 * model.countParams() > mostBytes) return undefined
  const names = Object.keys(program.weights())
  const state: ProgramState = { weights: model.getWeights().map(valuesOf), optimizer: [] }
  for (const [field, value] of Object.entries(fieldsOf(optimizer))) {
    if (typeof value === 'number') state.optimizer.push({ field, number: value })
    else if (isTensor(value)) state.optimizer.push({ field, tensor: valuesOf(value) })
    else if (Array.isArray(value) && value.every(isOptimizerVariable)) {
      const moments = value.map(({ originalName, variable }) => {
        const weight = names.findIndex((name) => originalName.startsWith(`${name}/`))
        return { weight, suffix: originalName.slice(names[weight]?.length ?? 0), moment: valuesOf(variable) }
      })
      if (moments.some(({ weight }) => weight < 0)) return undefined
      state.optimizer.push({ field, moments })
    }
  }
  return state
}

/** Gives a fresh program of the same model the state of another: it goes on training as that would have. */
export function restoreState(program: Trainable, { weights, optimizer: saved }: ProgramState): void {
  if (!isModelProgram(program)) throw new TypeError('only a compiled model has a state')
  const { model, optimizer } = program
  const names = Object.keys(program.weights())
  const tensors = weights.map(tensorOf)
  model.setWeights(tensors)
  tf.dispose(tensors)
  const fields = fieldsOf(optimizer)
  for (const { field, number, tensor, moments } of saved) {
    if (number !== undefined) fields[field] = number
    if (tensor) restoreTensor(fields, field, tensor)
    if (moments) {
      fields[field] = moments.map(({ weight, suffix, moment }) => ({
        originalName: `${names[weight]}${suffix}`,
        variable: tf.tidy(() => tf.variable(tensorOf(moment), false)),
      }))
    }
  }
}

function restoreTensor(fields: Fields, field: string, saved: Values): void {
  const before = fields[field]
  if (isVariable(before)) {
    tf.tidy(() => before.assign(tensorOf(saved)))
    return
  }
  if (isTensor(before)) before.dispose()
  fields[field] = tf.tidy(() => tf.keep(tensorOf(saved)))
}

const fieldsOf = (optimizer: tf.Optimizer): Fields => optimizer as unknown as Fields

function isModelProgram(program: Trainable): program is ModelProgram {
  return 'model' in program && program.optimizer !== undefined
}
