/** Seeds everything where nobody chose another. */
export const defaultSeed = 42
