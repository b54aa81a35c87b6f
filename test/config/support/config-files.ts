import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ConfigError } from '../../../src/config/loading/config-error.ts'
import { loadConfig } from '../../../src/config/loading/load-config.ts'
import type { RawConfig } from '../../../src/config/loading/raw-config.ts'

interface Loading {
  readonly sets?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Beside the configurations. */
  readonly files?: Readonly<Record<string, string>>
}

/** Configurations as real files of a folder of their own: 1.yaml, 2.yaml, ... */
export async function load(configs: readonly string[], loading: Loading = {}): Promise<RawConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'cfg-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return loadIn(folder, configs, loading)
}

export async function loadIn(folder: string, configs: readonly string[], loading: Loading = {}): Promise<RawConfig> {
  const files = configs.map((_, index) => join(folder, `${index + 1}.yaml`))
  for (const [index, file] of files.entries()) await writeFile(file, configs[index] ?? '')
  for (const [name, text] of Object.entries(loading.files ?? {})) await writeFile(join(folder, name), text)
  return loadConfig({
    files,
    sets: loading.sets ?? [],
    env: loading.env ?? {},
    readFile: (path) => readFile(path, 'utf8'),
  })
}

/** The lines of the ConfigError that loading gives, places without the folder. */
export async function faultsOf(configs: readonly string[], loading: Loading = {}): Promise<string[]> {
  try {
    await load(configs, loading)
  } catch (error) {
    if (error instanceof ConfigError) return withoutFolder(error.message)
    throw error
  }
  throw new Error('the configuration was accepted')
}

export function withoutFolder(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/^\/\S*\/(?=[^/:]+:)/, ''))
}
