import * as exported from '../../dist/matchers/index.js'

/** Throws unless each matcher of this package is in one of the tables, given as lists of names, and in one only. */
export function assertEachInOne(tables) {
  for (const matcher of Object.keys(exported)) {
    const places = Object.keys(tables).filter((table) => tables[table].includes(matcher))
    if (places.length === 1) continue
    const where = places.length === 0 ? 'in no table' : `in several tables: ${places.join(', ')}`
    throw new Error(`${matcher} is ${where} of npm run bench`)
  }
  const unknown = Object.values(tables)
    .flat()
    .filter((matcher) => !(matcher in exported))
  if (unknown.length > 0) throw new Error(`no matchers of this package: ${unknown.join(', ')}`)
}
