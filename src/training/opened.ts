import type { Subject } from './trainable.js'

/** Hears of a program before it is trained: `made` is undefined where it is no freshly made one. */
export type OpenedListener = (subject: Subject, seed: number, made: unknown) => void

let listener: OpenedListener | undefined

/** One listens at a time: the memory of what was trained. */
export function listenToOpened(next: OpenedListener): void {
  listener = next
}

export const tellOpened: OpenedListener = (...opened) => listener?.(...opened)
