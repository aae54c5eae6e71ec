import { expect, test } from 'vitest'
import { disposeData } from '../../../fixtures/zoo/program.js'
import { checkLabelMap } from '../../../src/checks/data/label-map.js'
import { checkLabelledAlike } from '../../../src/checks/data/labelled-alike.js'
import { checkSameDistribution } from '../../../src/checks/data/same-distribution.js'
import { checkShuffled } from '../../../src/checks/data/shuffled.js'
import { checkTargetLeak } from '../../../src/checks/data/target-leak.js'
import { splits } from './splits.js'

const runs = Number(process.env.RUNS ?? 30)

test.each(Object.entries(splits))('healthy splits raise no alarm: %s', async (_name, split) => {
  for (let seed = 1; seed <= runs; seed++) {
    const { train, validation } = split(seed)
    const results = [
      await checkLabelMap(train, validation, { seed }),
      await checkLabelledAlike(train, validation, { seed }),
      await checkSameDistribution(train, validation, { seed }),
      await checkShuffled(train, { seed }),
      await checkTargetLeak(train, { seed }),
    ]
    disposeData({ train, validation })
    for (const { check, status, summary } of results) {
      expect(['passed', 'skipped'], `seed ${seed}, ${check}: ${summary}`).toContain(status)
    }
  }
})
