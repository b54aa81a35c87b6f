import type { AttributeValue } from './attributes.ts'
import type { Resource, Scope } from './batch.ts'
import type { EventInfo } from './event.ts'
import type { LogBatch, LogRecord, TraceLink } from './log-record.ts'

export interface RecordsBuilderSettings {
  readonly resource: Resource
  readonly scope: Scope
  /** Which events are recorded; others are ignored. */
  readonly enabled: ReadonlySet<string>
}

/** What the generated event builders are made of: typed methods record, `take` hands over a batch. */
export class RecordsBuilder<Name extends string> {
  readonly #settings: RecordsBuilderSettings
  #records: LogRecord[] = []

  constructor(settings: RecordsBuilderSettings) {
    this.#settings = settings
  }

  /** Whether the event is recorded; where it isn't, what it would say needn't be found out. */
  isEnabled(event: Name): boolean {
    return this.#settings.enabled.has(event)
  }

  /** What was recorded since the last call; may be empty. */
  take(): LogBatch {
    const records = this.#records
    this.#records = []
    return { resource: this.#settings.resource, scope: this.#settings.scope, records }
  }

  /** @param values the attributes that aren't constant; one that is `null` or missing is left off */
  protected record(
    event: EventInfo & { readonly name: Name },
    timeMs: number,
    values: Readonly<Record<string, AttributeValue | null | undefined>>,
    trace?: TraceLink,
  ): void {
    if (!this.isEnabled(event.name)) return
    const attributes: Record<string, AttributeValue> = {}
    for (const name of event.attributes) {
      const value = event.constants[name] ?? values[name]
      if (value !== null && value !== undefined) attributes[name] = value
    }
    this.#records.push({
      eventName: event.name,
      timeMs,
      attributes: Object.freeze(attributes),
      ...(event.doubles.length === 0 ? {} : { doubles: event.doubles }),
      ...(trace === undefined ? {} : { trace }),
    })
  }
}
