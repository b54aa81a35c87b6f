/**
 * The rules that New Relic applies after it has said 200: what breaks one is dropped, cut or misread there, and told only
 * in NrIntegrationError events. The values say what would happen.
 */
export const rules = {
  attribute_value_length: 'a string beyond 4,095 characters, 4,094 in a log, is truncated',
  attribute_key_length: 'a key beyond 255 characters is truncated',
  attribute_key_duplicate: 'one of the values is lost',
  attribute_array_length: 'an array beyond 64 entries is pruned',
  attribute_complex: 'maps, bytes and mixed arrays are pruned',
  attribute_null: 'pruned without a word',
  attribute_is_metric_name: 'the point is invalid',
  attribute_reserved: 'a key that New Relic keeps for itself is refused, overwritten or changes the entity',
  resource_attribute_count: 'beyond 64 they are pruned',
  scope_attribute_count: 'beyond 8 they are pruned',
  record_attribute_count: 'beyond 128 on a point or log record they are pruned',
  metric_name_length: 'a name beyond 255 characters is dropped',
  metric_name_characters: 'only letters, digits, and : . _ are allowed',
  description_present: 'billed on every point',
  summary: 'not properly supported',
  temporality_unspecified: 'a sum must be delta or cumulative',
  delta_not_monotonic: 'not supported',
  delta_negative: 'a monotonic sum never falls',
  delta_without_duration: 'rates divide by the time from start to end',
  start_after_end: 'the point has a negative duration',
  value_not_finite: 'NaN and infinities are dropped',
  value_missing: 'the point says nothing',
  event_name_missing: 'an event without a name is found by nobody',
  body_present: 'an event says all in its attributes; what a body holds goes over them',
  db_system_missing: 'without db.system.name the record belongs to no database',
  instance_missing: 'without service.instance.id the record belongs to no database',
  other_entity: "service.name, host.id or host.name make the record a service's or a host's too",
  record_array: 'not supported on log records',
  trace_invalid: 'no trace has such an id',
  time_too_old: 'older than 48 h is dropped',
  time_too_new: 'more than 24 h ahead is dropped',
} as const

export type Rule = keyof typeof rules

/** One rule broken by one thing. */
export interface Violation {
  readonly rule: Rule
  /** Which metric, key or value it was. */
  readonly detail: string
}
