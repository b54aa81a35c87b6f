import type { Report, Rule } from '../draft.ts'
import type { SliceDefinition } from '../query.ts'

/** What is looked up for the rows of a slice hangs on them: otherwise each slice reads all of it. */
export const slicesAreSound: Rule = ({ metadata }, report) => {
  for (const { name, slice, from, where, variants } of metadata.queries) {
    if (slice === undefined) continue
    const path = ['queries', name]
    if (!slice.key.startsWith(`${slice.alias}.`)) {
      report([...path, 'read', 'slice', 'key'], `expected a column of ${slice.alias}, found ${slice.key}`)
    }
    checkLookup({ slice, from, where }, [...path, 'from'], report)
    for (const [index, variant] of variants.entries()) {
      const replaced = { slice, from: variant.from ?? from, where: variant.where ?? where }
      if (variant.from !== undefined) checkLookup(replaced, [...path, 'variants', index, 'from'], report)
    }
  }
}

interface Lookup {
  readonly slice: SliceDefinition
  readonly from: string | undefined
  readonly where: string | undefined
}

function checkLookup({ slice, from, where }: Lookup, path: readonly (string | number)[], report: Report): void {
  if (from === undefined) return
  const { alias } = slice
  if (new RegExp(`\\bAS\\s+${alias}\\b`, 'i').test(from)) {
    report(
      path,
      `expected only what is looked up for a row of ${alias}, which the slice reads; found ${slice.from} again`,
    )
  } else if (!new RegExp(`\\b${alias}\\.\\w`, 'i').test(`${from} ${where ?? ''}`)) {
    report(
      path,
      `expected a condition on ${alias}, here or in where: each row of the slice would be joined with all of it`,
    )
  }
}
