import type { Batch, Point } from '../../../../src/pdata/batch.ts'

/** All points of a batch: its own, and of each counter row the values with the series that they are shown under. */
export function shownPoints({ points, counterRows }: Batch): Point[] {
  const ofRows = (counterRows?.rows ?? []).flatMap(({ values, targets }) =>
    values.flatMap((value, column) => {
      const series = targets[column]
      return value === null || series === undefined ? [] : [{ series, value }]
    }),
  )
  return [...points, ...ofRows]
}
