import type { Path } from '../../yaml/fault.ts'
import type { Draft, Report } from '../draft.ts'
import type { Metric, MetricSource } from '../model.ts'
import type { ColumnType, QueryDefinition } from '../query.ts'
import { unknownName } from '../unknown-name.ts'

/** One source of one metric, and what it is checked against. */
export interface SourceContext {
  readonly draft: Draft
  readonly metric: Metric
  readonly source: MetricSource
  readonly query: QueryDefinition
  readonly types: ReadonlyMap<string, ColumnType>
  readonly path: Path
  readonly report: Report
}

/** Reports a column that the query doesn't have, or whose type isn't among the allowed ones. */
export function checkColumn(
  { query, types, report }: Pick<SourceContext, 'query' | 'types' | 'report'>,
  column: string,
  allowed: readonly ColumnType[] | undefined,
  path: Path,
): void {
  const type = types.get(column)
  if (type === undefined) report(path, unknownName(`a column of ${query.name}`, column, types.keys()))
  else if (allowed !== undefined && !allowed.includes(type)) {
    report(path, `expected a column of type ${allowed.join(' or ')}, found ${column}, which is ${type}`)
  }
}

/** What to say about an attribute that the metric doesn't have. */
export function unlisted({ name, attributes }: Metric, found: string): string {
  return `expected an attribute of ${name} (${attributes.join(', ') || 'it has none'}), found ${found}`
}
