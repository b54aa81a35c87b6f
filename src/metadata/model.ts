import type { Vocabulary } from '../pdata/entity.ts'
import type { ConfigProperties } from './grammar/config-grammar.ts'
import type { QueryDefinition, Requirements } from './query.ts'

/** A checked metadata file: mdatagen's schema, and `queries` with `source`. Names are as written; nothing is defaulted silently. */
export interface Metadata {
  readonly type: string
  readonly displayName: string
  readonly description: string
  /** The instrumentation scope of everything that it describes. */
  readonly scopeName: string
  readonly semConvVersion?: string
  readonly status: {
    readonly class: string
    readonly stability: Readonly<Record<string, readonly string[]>>
    readonly distributions: readonly string[]
  }
  /** The component's own configuration keys, beyond the derived ones. */
  readonly config: ConfigProperties
  readonly resourceAttributes: readonly ResourceAttribute[]
  readonly attributes: readonly Attribute[]
  readonly entities: readonly Entity[]
  readonly queries: readonly QueryDefinition[]
  readonly metrics: readonly Metric[]
  readonly events: readonly Event[]
  readonly telemetry: { readonly metrics: readonly TelemetryMetric[] }
}

export type AttributeType = 'string' | 'int' | 'double' | 'bool'
export type Stability = 'development' | 'alpha' | 'beta' | 'stable' | 'deprecated'

export interface ResourceAttribute {
  readonly name: string
  readonly description: string
  readonly type: AttributeType
  readonly enabled: boolean
  readonly stability?: Stability
}

export interface Attribute {
  readonly name: string
  readonly description: string
  readonly type: AttributeType
  /** The name that is sent, where it differs (mdatagen's name_override). */
  readonly emittedName: string
  readonly enum: readonly string[]
  readonly requirementLevel: 'required' | 'conditionally_required' | 'recommended' | 'opt_in'
}

export interface EntityAttribute {
  /** An attribute, or a resource attribute (then without a value: the resource carries it). */
  readonly ref: string
  /** How the value is made of the entity's parts, e.g. `{database}|{schema}`. */
  readonly value?: string
  /** In which vocabulary it belongs; `both` where there is no choice. */
  readonly vocabulary: Vocabulary
}

export interface Entity {
  readonly type: string
  readonly brief: string
  readonly identity: readonly EntityAttribute[]
  /** The parts that the values are made of: what a source must map to columns. */
  readonly parts: readonly string[]
  readonly zeros: 'send' | 'skip'
  /** Attributes that describe it without telling it apart. */
  readonly descriptive: readonly string[]
  readonly relationships: readonly { readonly type: string; readonly target: string }[]
}

/** What a user is told at start-up about a metric that changes or costs something. */
export interface Warnings {
  readonly ifEnabled?: string
  readonly ifEnabledNotSet?: string
  readonly ifConfigured?: string
}

export interface Metric {
  readonly name: string
  readonly enabled: boolean
  readonly description: string
  readonly extendedDocumentation?: string
  readonly unit: string
  readonly stability: Stability
  readonly kind: 'gauge' | 'sum'
  readonly monotonic: boolean
  readonly valueType: 'int' | 'double'
  readonly entity: string
  readonly attributes: readonly string[]
  /** How the values of the rows that aren't top rows become one; without it, only top rows are shown. Not for counters. */
  readonly others?: 'sum' | 'max'
  readonly requires?: Requirements
  readonly warnings?: Warnings
  /** Empty where code records the metric. */
  readonly sources: readonly MetricSource[]
}

/** Where a metric's points come from: columns of one query. */
export interface MetricSource {
  readonly query: string
  readonly requires?: Requirements
  /** Part of the entity -> column. `database` is implicit in queries that run in every database. */
  readonly entity: Readonly<Record<string, string>>
  /** Attribute -> column. */
  readonly attributes: Readonly<Record<string, string>>
  /** One data point a row and entry. */
  readonly points: readonly MetricPoint[]
}

export interface MetricPoint {
  readonly value: string
  /** Attribute -> constant. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** A column: where it isn't true, the value is shown under no series. Only in a query with top rows. */
  readonly when?: string
  /** The value to record, with `error.type`, while the server can't be asked. Only for queries without identity. */
  readonly unreachable?: number
}

export interface Event {
  readonly name: string
  readonly enabled: boolean
  readonly stability?: Stability
  readonly description: string
  readonly extendedDocumentation?: string
  readonly entity: string
  readonly attributes: readonly string[]
  readonly warnings?: Warnings
}

/** An instrument of the component about itself. */
export interface TelemetryMetric {
  /** Read at each collection, not recorded as it happens. */
  readonly async: boolean
  readonly name: string
  readonly enabled: boolean
  readonly description: string
  readonly unit: string
  readonly stability: Stability
  readonly kind: 'gauge' | 'sum'
  readonly monotonic: boolean
  readonly valueType: 'int' | 'double'
  readonly attributes: readonly string[]
}
