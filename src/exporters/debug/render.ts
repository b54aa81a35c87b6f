import type { OutgoingPoint } from '../../deltas/outgoing-point.ts'
import type { Attributes } from '../../pdata/attributes.ts'
import type { Batch } from '../../pdata/batch.ts'

/** One line about a batch: the query, how many points, how many of them would be sent. */
export function renderBatch(batch: Batch, toSend: number, points: number): string {
  const complete = batch.reading.completes ? ', complete' : ''
  return `${batch.reading.query.replaceAll('\0', ' ')}: ${points} points, ${toSend} to send${complete}\n`
}

/** One line about a point. */
export function renderPoint({ series, value, temporality }: OutgoingPoint): string {
  const { name, unit, monotonic } = series.metric
  const delta = monotonic && temporality === 'delta' ? '+' : ''
  return `${name}${renderAttributes(series.attributes)} ${delta}${value} ${unit}\n`
}

/** The point's line and, below it, what it is sent with. */
export function renderDetails(batch: Batch, point: OutgoingPoint): string {
  const { kind, monotonic, valueType } = point.series.metric
  const times = `${new Date(point.startMs).toISOString()} to ${new Date(point.endMs).toISOString()}`
  return [
    renderPoint(point),
    `  ${[point.temporality, ...(monotonic ? ['monotonic'] : []), kind, valueType].join(' ')}, ${times}\n`,
    renderOrigin(batch),
  ].join('')
}

/** A line about what the points or records are sent under. */
export function renderOrigin({ resource, scope }: Pick<Batch, 'resource' | 'scope'>): string {
  return `  resource ${renderAttributes(resource.attributes)} scope ${scope.name} ${scope.version}\n`
}

export function renderAttributes(attributes: Attributes): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return `{${pairs.join(', ')}}`
}
