import { readFile } from 'node:fs/promises'
import { buildGraph, type Graph } from '../collector/graph.ts'
import { knownKeysOf } from '../collector/known-keys.ts'
import type { Registry } from '../collector/registry.ts'
import { loadConfig } from '../config/loading/load-config.ts'
import type { Io } from './io.ts'

/** What the command line says about the configuration. */
export interface ConfigurationOptions {
  readonly config: readonly string[]
  readonly set: readonly string[]
}

/** @throws ConfigError with everything that is wrong */
export async function readGraph(
  options: ConfigurationOptions,
  registry: Registry,
  io: Io,
): Promise<{ readonly graph: Graph; readonly notes: readonly string[] }> {
  const raw = await loadConfig({
    files: options.config,
    sets: options.set,
    env: io.env,
    knownKeys: knownKeysOf(registry),
    readFile: (path) => readFile(path, 'utf8'),
  })
  return { graph: buildGraph(raw, registry), notes: raw.notes }
}
