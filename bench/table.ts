/** What a benchmark reports: a table with the headings first, and what has to be said about it. */
export interface Report {
  readonly title: string
  readonly headings: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  /** One sentence each. */
  readonly notes: readonly string[]
}

/** A report as Markdown; it reads well on a terminal too. The first column is text, the others are numbers. */
export function renderReport({ title, headings, rows, notes }: Report): string {
  const cells = [headings, ...rows].map((row) => row.map(renderCell))
  const widths = headings.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  const [head = [], ...body] = cells
  const table = [line(head), line(rule), ...body.map(line)]
  return [`### ${title}`, '', ...table, '', ...notes.map((note) => `- ${note}`), ''].join('\n')
}

function renderCell(value: string | number): string {
  if (typeof value === 'string') return value
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0)
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)
}
