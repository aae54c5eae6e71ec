import { InvalidArgumentError } from '../../errors.js'
import { formatPercent } from '../../figures/number.js'
import { filterAxes } from '../../images/filter-axes.js'
import type { Weights } from '../../snapshots/weights.js'
import { arrangementsLog, type Filters, sizeOfGrid } from '../../statistics/geary.js'

/** Divides a kernel into filters; throws where its weights have no neighbours, or too few to tell order from chance. */
export function filtersOf(
  weights: Weights,
  {
    inputShape,
    alpha,
    together,
  }: { inputShape: readonly number[] | undefined; alpha: number; together: boolean },
): Filters {
  const { values, shape, className, label } = weights
  const grid = gridOf(weights, inputShape)
  const pixels = sizeOfGrid(grid)
  const within = values.length / pixels
  const { count, filterOf } = filterAxes(shape, className)
  const members: number[][] = Array.from({ length: count }, () => [])
  for (let i = 0; i < within; i++) members[filterOf(i)]!.push(i)
  if ((together ? 1 : count) * arrangementsLog(grid) < -Math.log(alpha) - 1e-9) {
    throw new InvalidArgumentError(
      label,
      `${count} ${count === 1 ? 'filter' : 'filters'} of ${grid.join(' × ')}`,
      pixels === 1
        ? 'filters with neighbouring weights: another layer'
        : `more weights: so few come into any order by chance more often than in ${formatPercent(alpha)} of cases${together ? "; of: 'weights' needs fewer" : ''}`,
    )
  }
  const patterns = members.map((indices) => {
    const pattern = new Float64Array(pixels * indices.length)
    for (let i = 0, pixel = 0; pixel < pixels; pixel++) {
      for (const index of indices) pattern[i++] = values[pixel * within + index]!
    }
    return pattern
  })
  return { grid, patterns }
}

/** The axes along which weights have neighbours: those of a convolution, or of the image that a dense layer sees. */
function gridOf(
  { shape, className, label, inputShape }: Weights,
  given?: readonly number[],
): readonly number[] {
  const convolves = className === undefined || className.includes('Conv')
  if (convolves && shape.length >= 3 && shape.length <= 5) return shape.slice(0, -2)
  const seen = given ?? inputShape
  const isDense = (className === undefined || className === 'Dense') && shape.length === 2
  if (isDense && seen && (seen.length === 2 || seen.length === 3) && sizeOfGrid(seen) === shape[0]) {
    return seen.slice(0, 2)
  }
  const fits = isDense && given ? `an inputShape of ${shape[0]} values, not [${given.join(', ')}]` : undefined
  throw new InvalidArgumentError(
    label,
    `weights of shape [${shape.join(', ')}], which do not lie on an image`,
    fits ??
      (isDense
        ? 'the kernel of a convolution, or of a dense layer on an image: where it is flat, option inputShape: [height, width]'
        : 'the kernel of a convolution, or of a dense layer on an image: name it by the option layer'),
  )
}
