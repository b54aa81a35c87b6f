import type { FaultRow } from './fault-row.ts'

const head = ['fault', 'times', 'points in', 'given up and told', 'lost', 'doubled', 'spikes'] as const
const rule = head.map((_, column) => (column === 0 || column === 3 ? '---' : '---:'))

/** The lines as a table in Markdown, aligned for reading as it is. */
export function renderFaults(rows: readonly FaultRow[]): string {
  const cells = rows.map(({ fault, times, points, told, lost, doubled, window, spikes }) => [
    fault,
    String(times),
    String(points),
    Object.entries(told)
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
