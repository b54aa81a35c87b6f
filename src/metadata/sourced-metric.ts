import type { EntityInfo } from '../pdata/entity.ts'
import type { MetricInfo } from '../pdata/metric.ts'
import type { MetricSource } from './model.ts'
import type { Requirements } from './query.ts'

/** A metric that SQL feeds: what the plan is composed from. The generated tables hold these. */
export interface SourcedMetric {
  readonly info: MetricInfo
  readonly entity: EntityInfo
  /** See {@link Metric}. */
  readonly others?: 'sum' | 'max'
  readonly requires?: Requirements
  readonly sources: readonly MetricSource[]
}
