import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'

interface Car {
  Miles_per_Gallon: number | null
  Cylinders: number
  Displacement: number
  Horsepower: number | null
  Weight_in_lbs: number
  Acceleration: number
  Year: string
  Origin: string
}

const origins = ['USA', 'Europe', 'Japan']

/**
 * The auto-mpg table: every fifth car held out. `xs`: nine features, [cars, 9]; `ys`: miles per gallon, [cars, 1].
 * Both are standardised by mean and deviation of the training cars, which is all that is known beforehand.
 */
export function loadCars() {
  const cars = readTable()
  const known = cars.filter((_, i) => i % 5 !== 4)
  const heldOut = cars.filter((_, i) => i % 5 === 4)
  const features = standardiser(known.map(featuresOf))
  const targets = standardiser(known.map(targetOf))
  const examplesOf = (some: Car[]) => ({
    xs: features(some.map(featuresOf)),
    ys: targets(some.map(targetOf)),
  })
  return { train: examplesOf(known), validation: examplesOf(heldOut) }
}

/** The cars without gaps: 392. */
function readTable(): Car[] {
  const file = createRequire(import.meta.url).resolve('vega-datasets/data/cars.json')
  const cars = JSON.parse(readFileSync(file, 'utf8')) as Car[]
  return cars.filter((car) => car.Miles_per_Gallon !== null && car.Horsepower !== null)
}

function featuresOf(car: Car): number[] {
  const year = Number(car.Year.slice(0, 4))
  const isFrom = origins.map((origin) => Number(car.Origin === origin))
  return [
    car.Cylinders,
    car.Displacement,
    car.Horsepower!,
    car.Weight_in_lbs,
    car.Acceleration,
    year,
    ...isFrom,
  ]
}

function targetOf(car: Car): number[] {
  return [car.Miles_per_Gallon!]
}

/** Takes rows to columns of mean 0 and deviation 1, as measured on `rows`. */
function standardiser(rows: number[][]): (some: number[][]) => tf.Tensor2D {
  const { mean, variance } = tf.moments(tf.tensor2d(rows), 0)
  const deviation = tf.sqrt(variance)
  return (some) => tf.tidy(() => tf.tensor2d(some).sub(mean).div(deviation))
}
