import type { Path } from '../yaml/fault.ts'
import type { SourceDefaults } from './grammar/query-grammar.ts'
import type { Attribute, Entity, Metadata, MetricSource, ResourceAttribute } from './model.ts'
import type { QueryDefinition } from './query.ts'

/**
 * What could be read of a metadata file, for the rules that look at several entries. An entry whose own shape is wrong
 * is left out but stays declared, so that one fault doesn't give others where the entry is named.
 */
export interface Draft {
  readonly metadata: Metadata
  /** Whether nothing was left out. What is unused can only be told then. */
  readonly complete: boolean
  /** The names of each section's entries as written, in the order of the files; `''` for an entity without type. */
  readonly declared: Readonly<Record<Section, readonly string[]>>
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly resourceAttributes: ReadonlyMap<string, ResourceAttribute>
  readonly entities: ReadonlyMap<string, Entity>
  readonly queries: ReadonlyMap<string, QueryDefinition>
  /** By query: what it says for all of its metrics. */
  readonly defaults: ReadonlyMap<string, SourceDefaults>
  /** What a source has from its query. */
  readonly inherited: ReadonlyMap<MetricSource, SourceDefaults>
  /** Names of requirements that something requires. */
  readonly required: ReadonlySet<string>
}

/** What has entries with names; entities have types. */
export const sections = [
  'config',
  'resource_attributes',
  'attributes',
  'entities',
  'requirements',
  'queries',
  'metrics',
  'events',
  'telemetry.metrics',
] as const

export type Section = (typeof sections)[number]

/** Where a section's entry stands in the file. */
export function entryPath(section: Section, name: string, index: number): Path {
  if (section === 'entities') return ['entities', index]
  return section === 'telemetry.metrics' ? ['telemetry', 'metrics', name] : [section, name]
}

/** Where an entity stands in the file, whatever was left out before it. */
export function entityPath({ declared }: Draft, { type }: Entity): Path {
  return ['entities', declared.entities.indexOf(type)]
}

/** Takes one fault: where, and what was expected and found. `key` points at the key rather than at its value. */
export type Report = (path: Path, message: string, place?: 'key' | 'value') => void

/** One rule of the metadata, over everything that could be read. */
export type Rule = (draft: Draft, report: Report) => void
