import { nearest } from '../yaml/nearest.ts'

/** What to say about a name that isn't there: what was expected, what was found, and what may have been meant. */
export function unknownName(expected: string, name: string, known: Iterable<string>): string {
  const guess = nearest(name, [...known])
  const hint = guess === undefined ? '' : `; did you mean ${JSON.stringify(guess)}?`
  return `expected ${expected}, found ${JSON.stringify(name)}, which isn't defined${hint}`
}
