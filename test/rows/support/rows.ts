import type { ResetToken } from '../../../src/pdata/reading.ts'
import type { Row } from '../../../src/rows/decode.ts'
import { Increases } from '../../../src/rows/increases.ts'
import type { MeasuredRow } from '../../../src/rows/measured-row.ts'

/** Of one server that goes on. */
export const life = {
  epoch: { server: 'server-1', witnesses: [{ text: '2026-01-02 03:04:05+00', timeMs: 1, exact: true }] },
  excluded: '',
}

export function tokenOf(text: string, exact = true): ResetToken {
  return { text, timeMs: 1, exact }
}

/** Measures results of rows of identity, two counters and a gauge, one after the other. */
export function measuring(fallsWhenReset = false): (...rows: Row[]) => MeasuredRow[] {
  const increases = new Increases([1, 2], fallsWhenReset)
  return (...rows) =>
    increases.measure(
      rows.map((row) => ({ identity: String(row[0]), row, token: undefined })),
      life,
    )
}
