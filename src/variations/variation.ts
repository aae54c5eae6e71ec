import type { Recipe } from '../recipe/recipe.js'

/** Maps a recipe to one that differs in exactly one thing; everything else is shared by reference. */
export type Variation = (recipe: Recipe) => Recipe

export type Create = Recipe['create']
