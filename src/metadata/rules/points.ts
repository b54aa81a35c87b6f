import type { Path } from '../../yaml/fault.ts'
import type { Attribute, MetricPoint } from '../model.ts'
import { checkColumn, type SourceContext, unlisted } from './source-context.ts'

/** A point's value and constants fit the metric, and every attribute has a value. */
export function checkPoint(context: SourceContext, point: MetricPoint, path: Path): void {
  const { draft, metric, source, query, report } = context
  checkColumn(context, point.value, metric.valueType === 'int' ? ['int'] : ['int', 'double'], [...path, 'value'])
  for (const [name, value] of Object.entries(point.attributes)) {
    checkConstant(context, name, value, [...path, 'attributes', name])
  }
  checkUnreachable(context, point, path)
  if (point.when !== undefined) {
    checkColumn(context, point.when, ['bool'], [...path, 'when'])
    if (query.top === undefined) report([...path, 'when'], 'expected only where the query has top', 'key')
  }
  if (metric.monotonic && query.onDuplicate === 'max') {
    report([...path, 'value'], `expected a gauge: ${query.name} keeps the largest of duplicates, which can fall`)
  }
  for (const name of metric.attributes) {
    const given = Object.hasOwn(point.attributes, name) || Object.hasOwn(source.attributes, name)
    // The receiver itself says why a server can't be asked.
    const isReason = name === 'error.type' && point.unreachable !== undefined
    if (!given && !isReason && draft.declared.attributes.includes(name)) {
      report(path, `expected a constant or a column for the attribute ${JSON.stringify(name)}, found neither`)
    }
  }
}

function checkConstant(context: SourceContext, name: string, value: string | number | boolean, path: Path): void {
  const { draft, metric, source, report } = context
  if (!metric.attributes.includes(name)) report(path, unlisted(metric, name), 'key')
  if (Object.hasOwn(source.attributes, name)) report(path, 'is given twice: by this constant and by a column', 'key')
  const attribute = draft.attributes.get(name)
  if (attribute === undefined) return
  if (!isOfType(value, attribute)) {
    report(path, `expected a value of type ${attribute.type}, found ${JSON.stringify(value)}`)
  } else if (attribute.enum.length > 0 && !attribute.enum.includes(String(value))) {
    report(path, `expected one of ${attribute.enum.join(', ')}, found ${JSON.stringify(value)}`)
  }
}

function isOfType(value: string | number | boolean, { type }: Attribute): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string'
    case 'int':
      return Number.isSafeInteger(value)
    case 'double':
      return typeof value === 'number'
    case 'bool':
      return typeof value === 'boolean'
    default:
      return type satisfies never
  }
}

function checkUnreachable({ metric, query, report }: SourceContext, { unreachable }: MetricPoint, path: Path): void {
  if (unreachable === undefined) return
  const at = [...path, 'unreachable']
  if (query.scope !== 'server' || query.identity.length > 0 || query.groupBy !== undefined) {
    report(
      at,
      `expected only in a query of one row per server: without an answer, nobody knows the rows of ${query.name}`,
      'key',
    )
  }
  if (metric.valueType === 'int' && !Number.isSafeInteger(unreachable)) {
    report(at, `expected an integer, found ${unreachable}`)
  }
}

/** Two points of a row with the same attributes would be one series with two values. */
export function checkDistinct({ source, path, report }: SourceContext): void {
  const seen = new Set<string>()
  for (const [index, { attributes }] of source.points.entries()) {
    const key = JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (seen.has(key))
      report([...path, 'points', index], 'is the same series as a point before: its constants are equal')
    seen.add(key)
  }
}
