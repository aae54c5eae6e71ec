import type { Outcome } from './examination.js'
import { Findings, peer } from './examination.js'
import { kindOfLabels } from './labels.js'
import { checkBeforeTraining } from './the-deep-checker-before.js'
import { checkFit, checkLabels } from './the-deep-checker-fit.js'
import { checkOverfitting } from './the-deep-checker-overfit.js'

/**
 * Ben Braiek and Khomh, TOSEM 2022: the checks before training, while one batch is overfitted, and behind it, with
 * the default settings. Left out: the numerical check of gradients, which are TensorFlow.js's own here; the check of
 * operations the user wrote, and those of augmentation and of two modes, which need switches programs do not have.
 */
export const theDeepChecker = peer(
  'TheDeepChecker',
  'Ben Braiek and Khomh, TOSEM 2022',
  async (examination): Promise<Outcome> => {
    const findings = new Findings()
    const fresh = await examination.open()
    const labels = kindOfLabels(fresh, examination.data.train)
    checkBeforeTraining(examination, fresh, labels, findings)
    await checkFit(examination, labels, findings)
    await checkOverfitting(examination, labels, findings)
    await checkLabels(examination, findings)
    return findings.all()
  },
)
