import { listColumns, type NonFinite } from '../statistics/non-finite.js'
import { listFirst, plural } from '../statistics/tables.js'
import type { Cause } from './cause.js'

/** Where values that are not finite come from, by where they are. */
export function causesOfNonFinite({ table, columns, examples, kinds, nan }: NonFinite): Cause[] {
  const whole = columns.filter(({ count }) => count === table.rows)
  const where = [
    `${table.name} has ${kinds} in ${plural(examples.length, 'example')} (${listFirst(examples)})`,
    ...(columns.length > 0 && table.width > 1 ? [`column ${listColumns(columns)}`] : []),
  ].join('; ')
  const isLabel = table.name.startsWith('ys')
  return [
    {
      name: 'non-finite-data',
      evidence: where,
      fix:
        whole.length > 0 && table.rows > 1
          ? `column ${whole[0]!.column} has no usable value at all: it was divided by a standard deviation of 0 (a constant feature), or never parsed as a number; drop it, or divide by max(deviation, 1e-7)`
          : isLabel
            ? 'a label that is missing: drop these examples, or find out why it could not be computed'
            : nan === 0
              ? 'look for a division by zero or log(0) in the preparation: log1p(x), or x / max(y, 1e-7)'
              : 'fill missing values (the median of the column, and a second column that says it was missing) or drop these examples; look for 0 / 0 and for text parsed as a number',
    },
  ]
}
