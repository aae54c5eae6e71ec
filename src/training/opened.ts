import type * as tf from '@tensorflow/tfjs'
import type { Subject, Trainable } from './trainable.js'

/** Who takes part when programs are opened: the memory of what was trained. */
export interface OpeningHooks {
  /** Hears of a program before it is trained: `made` is undefined where it is no freshly made one. */
  opened(subject: Subject, seed: number, made: tf.LayersModel | Trainable | undefined): void
  /** A program that was made to look at it, and is still fresh: it is trained in place of another one. */
  take(subject: Subject, seed: number): Trainable | undefined
}

let hooks: OpeningHooks | undefined

export function takePartInOpening(next: OpeningHooks): void {
  hooks = next
}

export const tellOpened: OpeningHooks['opened'] = (...opened) => hooks?.opened(...opened)
export const takeMade: OpeningHooks['take'] = (...wanted) => hooks?.take(...wanted)
