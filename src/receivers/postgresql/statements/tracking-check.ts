import type { MeasuredResult } from '../queries/row-computer.ts'
import type { StatementColumn } from './statement-increase.ts'

export interface TrackingCheckSettings {
  /** Called with what the user should mend; logs each thing once. */
  readonly degraded: (message: string) => void
  /** Called with what is as it is by choice; logs each thing once. */
  readonly asConfigured: (message: string) => void
}

/** Settings without which pg_stat_statements counts nothing, and the value to give them. */
const counting = [
  { name: 'compute_query_id', stops: 'off', starts: 'auto' },
  { name: 'pg_stat_statements.track', stops: 'none', starts: 'top' },
] as const

/** Settings without which some columns stay 0. */
const filling = [
  { name: 'pg_stat_statements.track_planning', columns: ['plans', 'plan_time'] },
  {
    name: 'track_io_timing',
    columns: [
      ...['shared_read_time', 'shared_write_time', 'local_read_time', 'local_write_time'],
      ...['temp_read_time', 'temp_write_time'],
    ],
  },
] as const satisfies readonly { readonly name: string; readonly columns: readonly StatementColumn[] }[]

const names = [...counting, ...filling].map(({ name }) => `'${name}'`).join(', ')
export const settingsSql = `SELECT /* otelephant statement_settings */ s.name, s.setting FROM pg_show_all_settings() AS s WHERE s.name IN (${names})`

/**
 * Whether the server counts statements and what they do, and if not, how to make it. Asked once for each server and role,
 * and when nothing is counted any more.
 */
export class TrackingCheck {
  readonly #settings: TrackingCheckSettings
  #epoch: string | undefined
  #wasSilent = false

  constructor(settings: TrackingCheckSettings) {
    this.#settings = settings
  }

  /** @throws QueryError when the settings can't be read */
  async look({ query, rows, context }: MeasuredResult, signal: AbortSignal): Promise<void> {
    const { connection, serverState } = context
    const isSilent = rows.every(({ increases }) => increases?.every((increase) => increase === 0) === true)
    const isNews = serverState.capabilityEpoch !== this.#epoch || (isSilent && !this.#wasSilent)
    this.#wasSilent = isSilent
    if (!isNews) return
    const found = new Map((await connection.query('statement_settings', settingsSql, [], signal)).map(pair))
    this.#epoch = serverState.capabilityEpoch
    if (isSilent) this.#logWhatStops(found)
    this.#logWhatStaysZero(found, query)
  }

  #logWhatStops(found: ReadonlyMap<string, string>): void {
    for (const { name, stops, starts } of counting) {
      if (found.get(name) !== stops) continue
      this.#settings.degraded(
        `No statement is counted, as ${name} is ${stops}: ALTER SYSTEM SET ${name} = ${starts}, then SELECT pg_reload_conf().`,
      )
    }
  }

  #logWhatStaysZero(found: ReadonlyMap<string, string>, { columns, points }: MeasuredResult['query']): void {
    for (const { name, columns: filled } of filling) {
      if (found.get(name) !== 'off') continue
      const isFilled = (place: number) => filled.some((column) => column === columns[place]?.name)
      const metrics = new Set(points.filter(({ value }) => isFilled(value)).map(({ info }) => info.name))
      if (metrics.size === 0) continue
      this.#settings.asConfigured(
        `Always 0, as ${name} is off: ${[...metrics].join(', ')}: ALTER SYSTEM SET ${name} = on, then SELECT pg_reload_conf().`,
      )
    }
  }
}

function pair([name, setting]: readonly (string | null)[]): readonly [string, string] {
  return [name ?? '', setting ?? '']
}
