import { eventDefaults, metricDefaults } from '../../../../generated/postgresql/config.ts'
import type { PostgresqlConfig } from './config.ts'
import { simpleMetrics } from './preset.ts'

/** What is to be collected, by name. */
export interface Enabled {
  readonly metrics: ReadonlySet<string>
  readonly events: ReadonlySet<string>
}

/** A preset says what is on, and `metrics` and `events` change single ones of it. */
export function enabledMetrics({ preset, metrics }: Pick<PostgresqlConfig, 'preset' | 'metrics'>): ReadonlySet<string> {
  const byDefault = Object.entries(metricDefaults).map(
    ([name, isOn]) => [name, preset === 'simple' ? simpleMetrics.has(name) : isOn] as const,
  )
  return switched(byDefault, metrics)
}

export function enabledEvents({ preset, events }: Pick<PostgresqlConfig, 'preset' | 'events'>): ReadonlySet<string> {
  const byDefault = Object.entries(eventDefaults).map(([name, isOn]) => [name, preset !== 'simple' && isOn] as const)
  return switched(byDefault, events)
}

function switched(
  byDefault: readonly (readonly [name: string, isOn: boolean])[],
  wanted: Readonly<Record<string, { readonly enabled?: boolean } | undefined>>,
): ReadonlySet<string> {
  return new Set(byDefault.flatMap(([name, isOn]) => ((wanted[name]?.enabled ?? isOn) ? [name] : [])))
}
