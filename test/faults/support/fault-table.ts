import type { FaultRow } from './fault-row.ts'

const head = ['fault', 'times', 'points in', 'dropped and logged', 'lost', 'doubled', 'spikes'] as const
const rule = head.map((_, column) => (column === 0 || column === 3 ? '---' : '---:'))

/** One line for all that have the same name. */
export function mergeFaults(rows: readonly FaultRow[]): readonly FaultRow[] {
  const merged = new Map<string, FaultRow>()
  for (const row of rows) {
    const before = merged.get(row.fault)
    merged.set(row.fault, before === undefined ? row : sumOf(before, row))
  }
  return [...merged.values()]
}

function sumOf(one: FaultRow, other: FaultRow): FaultRow {
  const dropped = { ...one.dropped }
  for (const [reason, points] of Object.entries(other.dropped)) dropped[reason] = (dropped[reason] ?? 0) + points
  return {
    fault: one.fault,
    times: one.times + other.times,
    points: one.points + other.points,
    dropped,
    lost: one.lost + other.lost,
    doubled: one.doubled + other.doubled,
    window: one.window || other.window,
    spikes: one.spikes + other.spikes,
  }
}

/** The lines as a table in Markdown, aligned for reading as it is. */
export function renderFaults(rows: readonly FaultRow[]): string {
  const cells = rows.map(({ fault, times, points, dropped, lost, doubled, window, spikes }) => [
    fault,
    String(times),
    String(points),
    Object.entries(dropped)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(', '),
    String(lost),
    window ? `${doubled} (window)` : String(doubled),
    String(spikes),
  ])
  const widths = head.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0), rule[column]?.length ?? 0),
  )
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [head, rule, ...cells].map((row) => line(row)).join('\n')
}
