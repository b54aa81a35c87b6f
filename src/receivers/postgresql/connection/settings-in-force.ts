import type { SettingsWay } from '../settings/connection-settings.ts'

type Row = readonly (string | null)[]

/** Sends one statement and gives its rows. */
export type AskSettings = (text: string) => Promise<readonly Row[]>

export interface SettingsInForce {
  /** Name -> value as SHOW prints it. */
  readonly values: ReadonlyMap<string, string>
  /** The text of version(); empty where it may not be called. */
  readonly platform: string
}

/** The functions that `called` needs. */
const functions = /\b(?:current_setting|set_config|version)\b/

/** Whether a role that may not call the functions is why it failed. */
export function wantsWritten(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '42501' && functions.test(error.message)
}

export async function settingsInForce(
  names: readonly string[],
  way: SettingsWay,
  ask: AskSettings,
): Promise<SettingsInForce> {
  if (way === 'written') {
    const rows = await ask('SHOW /* otelephant session */ ALL')
    return { values: new Map(rows.map(([name, value]) => [name ?? '', value ?? ''])), platform: '' }
  }
  const shown = names.map((name) => `pg_catalog.current_setting('${name}')`)
  const [row = []] = await ask(`SELECT /* otelephant session */ pg_catalog.version(), ${shown.join(', ')}`)
  const [platform, ...values] = row
  return { values: new Map(names.map((name, index) => [name, values[index] ?? ''])), platform: platform ?? '' }
}

/** Sets the missing ones for as long as the connection lasts. */
export async function setLate(
  settings: Readonly<Record<string, string>>,
  way: SettingsWay,
  ask: AskSettings,
): Promise<void> {
  const missing = Object.entries(settings)
  if (way === 'written') {
    for (const [name, value] of missing) await ask(`SET /* otelephant session */ ${name} = '${value}'`)
  } else if (missing.length > 0) {
    const calls = missing.map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`)
    await ask(`SELECT /* otelephant session */ ${calls.join(', ')}`)
  }
}
