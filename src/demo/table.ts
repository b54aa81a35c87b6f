import type { Received } from './endpoint/received.ts'
import type { SeriesTotal } from './endpoint/series-total.ts'

/** A metric as the live table shows it. */
interface MetricRow {
  readonly metric: string
  readonly series: number
  /** Of sums the total over the series, of gauges the largest. */
  readonly latest: number
  /** Increments a second over the series' latest windows; `undefined` for what isn't a counter. */
  readonly rate: number | undefined
  readonly unit: string
}

/** The live table: as many lines as fit, by metric. */
export function renderTable(received: Received, size: { readonly columns: number; readonly rows: number }): string {
  const rows = [...Map.groupBy(received.series(), ({ metric }) => metric)]
    .map(([metric, series]) => metricRow(metric, series))
    .sort((a, b) => Number(isOwn(a)) - Number(isOwn(b)) || (a.metric < b.metric ? -1 : 1))
  const nameWidth = Math.max(20, Math.min(48, size.columns - 44))
  const lines = [
    `${'metric'.padEnd(nameWidth)} ${'series'.padStart(6)} ${'latest'.padStart(14)} ${'rate/s'.padStart(10)}  unit`,
    ...rows.map(({ metric, series, latest, rate, unit }) =>
      [
        metric.slice(0, nameWidth).padEnd(nameWidth),
        String(series).padStart(6),
        compact(latest).padStart(14),
        (rate === undefined ? '' : compact(rate)).padStart(10),
        ` ${unit}`,
      ].join(' '),
    ),
  ]
  const room = Math.max(3, size.rows - 3)
  const shown =
    lines.length > room ? [...lines.slice(0, room - 1), `... and ${lines.length - room + 1} more metrics`] : lines
  return shown.map((line) => line.slice(0, size.columns)).join('\n')
}

/** The collector's own come last: the database is what people look for. */
function isOwn({ metric }: MetricRow): boolean {
  return metric.startsWith('otel')
}

function metricRow(metric: string, series: readonly SeriesTotal[]): MetricRow {
  const latest = series.map((one) => one.latest)
  const delta = latest.some(({ temporality }) => temporality === 'delta')
  const values = (delta ? series.map(({ total }) => total) : latest.map(({ value }) => value)).map(Number)
  const rates = latest.map(({ value, startNs, timeNs }) => (Number(value) * 1e9) / Number(timeNs - startNs))
  return {
    metric,
    series: series.length,
    latest: latest[0]?.kind === 'gauge' ? Math.max(...values) : sum(values),
    rate: delta ? sum(rates) : undefined,
    unit: latest[0]?.unit ?? '',
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function compact(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 3 : 1 })
}
