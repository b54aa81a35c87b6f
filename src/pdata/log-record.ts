import type { Attributes } from './attributes.ts'
import type { Resource, Scope } from './batch.ts'

/** Where in a distributed trace something happened (W3C Trace Context). */
export interface TraceLink {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string
  /** The trace flags' byte; 1 is sampled. */
  readonly flags: number
}

/**
 * An event: an OTLP log record with an event name, attributes and no body
 * (https://opentelemetry.io/docs/specs/otel/logs/data-model/#events).
 */
export interface LogRecord {
  readonly eventName: string
  /** When it happened or was seen, in milliseconds since the Unix epoch on the collector's clock. */
  readonly timeMs: number
  readonly attributes: Attributes
  /** The attributes that are sent as doubles, whole numbers too; all other whole numbers are integers. */
  readonly doubles?: readonly string[]
  readonly trace?: TraceLink
}

/** What flows from a scraper to the exporters of a logs pipeline. */
export interface LogBatch {
  readonly resource: Resource
  readonly scope: Scope
  readonly records: readonly LogRecord[]
}
