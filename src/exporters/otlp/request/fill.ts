import type { Batch } from '../../../pdata/batch.ts'
import type { LogBatch } from '../../../pdata/log-record.ts'

/** As many points as a scraper may have on its way before it waits for them. */
const fullPoints = 4_000
/** Of the texts of records, in UTF-16 units. */
const fullTexts = 900_000

/** How much of a request the points fill, about: at 1 they wait for no others. It says nothing of where the request ends. */
export function fillOfPoints({ points, counterRows }: Batch): number {
  // Thousands of rows share few lists of targets, and a series gets the increases of many rows.
  const lists = new Set(counterRows?.rows.map(({ targets }) => targets))
  const targets = new Set([...lists].flat())
  targets.delete(undefined)
  return (points.length + targets.size) / fullPoints
}

/** The same of records. */
export function fillOfRecords({ records }: LogBatch): number {
  let texts = 0
  for (const { attributes } of records) {
    for (const key in attributes) texts += key.length + String(attributes[key]).length
  }
  return texts / fullTexts
}
