/** A metric's row of the generated table. */
export interface MetricInfo {
  readonly name: string
  /** One sentence; for documentation, never sent (New Relic bills it on every point). */
  readonly description: string
  /** UCUM, e.g. `By`, `s`, `{lock}`. */
  readonly unit: string
  readonly kind: 'gauge' | 'sum'
  /** Only a monotonic sum is a counter and gets deltas; gauges and up-down sums are sent as they are. */
  readonly monotonic: boolean
  /** `int` values are a safe integer or a bigint; `double` values a finite number. */
  readonly valueType: 'int' | 'double'
  /** Whether an increment of zero is sent. Rates of instances and databases need it, those of relations don't. */
  readonly zeros: 'send' | 'skip'
}
