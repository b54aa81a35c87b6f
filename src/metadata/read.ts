import type { z } from 'zod'
import type { Fault, Path } from '../yaml/fault.ts'
import { type FaultContext, zodFaults } from '../yaml/zod-faults.ts'
import { type Draft, entryPath, type Section } from './draft.ts'
import * as grammar from './grammar/attribute-grammar.ts'
import { configProperty } from './grammar/config-grammar.ts'
import { fileGrammar, type Head, partGrammar } from './grammar/file-grammar.ts'
import { telemetryMetric } from './grammar/instrument-grammar.ts'
import { clauseAt } from './grammar/key.ts'
import { event, metricGrammar, renamedMetricKeys, type WrittenMetric } from './grammar/metric-grammar.ts'
import { queryGrammar, renamedQueryKeys, type SourceDefaults } from './grammar/query-grammar.ts'
import { requirements, requiresGrammar } from './grammar/requirements-grammar.ts'
import type { Entries, MergedMetadata } from './merged.ts'
import type { Entity, Metadata, Metric, MetricSource } from './model.ts'
import { completeSource } from './source-defaults.ts'
import { unrenderedKeys } from './unrendered-keys.ts'

export interface ReadDraft {
  readonly draft: Draft
  readonly faults: readonly Fault[]
  /** What is well written and code can't be generated of. */
  readonly unrendered: readonly Fault[]
}

/** Reads every entry on its own, so that a fault in one hides none in another. */
export function readDraft(files: MergedMetadata): ReadDraft {
  const faults: Fault[] = [...files.faults]
  const unrendered: Fault[] = []
  const read = <T>(schema: z.ZodType<T>, value: unknown, prefix: Path, context: Partial<FaultContext> = {}) => {
    const parsed = schema.safeParse(value)
    if (parsed.success) {
      unrendered.push(...unrenderedKeys(schema, value, { places: files, prefix, ...context }))
      return parsed.data
    }
    faults.push(...zodFaults(parsed.error.issues, { schema, places: files, value, prefix, says: clauseAt, ...context }))
    return undefined
  }
  const entries = <T>(section: Section, schema: z.ZodType<T>, renamed = {}): (T & { name: string })[] =>
    files.entries[section].flatMap(([name, value], index) => {
      const entry = read(schema, value, entryPath(section, name, index), { renamed })
      return entry === undefined ? [] : [{ ...entry, name }]
    })

  const head = read(fileGrammar(files.root.value), files.root.value, [], { places: files.root })
  for (const part of files.parts) read(partGrammar(part.value), part.value, [], { places: part })
  const named = {
    names: files.entries.requirements.map(([name]) => name),
    requirements: new Map(entries('requirements', requirements).map(({ name, ...one }) => [name, one])),
    used: new Set<string>(),
  }
  const requires = requiresGrammar(named)
  const written = files.entries.entities.flatMap(([, value], at) => read(grammar.entity, value, ['entities', at]) ?? [])
  const hasEntities = files.entries.entities.length > 0
  const entities = hasEntities ? written : [resourceEntity]
  /** Without a fault a file with entities says which. */
  const ofEntity = <T extends { readonly entity: string }>(one: T): T =>
    hasEntities || one.entity !== '' ? one : { ...one, entity: resourceEntity.type }
  const config = files.entries.config.flatMap(([name, value], index) => {
    const property = read(configProperty, value, entryPath('config', name, index))
    return property === undefined ? [] : [[name, property] as const]
  })
  const queries = sorted(entries('queries', queryGrammar(requires), renamedQueryKeys))
  const defaults = new Map(queries.map((query) => [query.name, query.defaults]))
  const inherited = new Map<MetricSource, SourceDefaults>()
  const complete = (metric: WrittenMetric): Metric => ({
    ...metric,
    sources: metric.sources.map((written) => {
      const entity = entities.find(({ type }) => type === metric.entity)
      const completed = completeSource(written, metric, entity, defaults.get(written.query))
      inherited.set(completed.source, completed.defaults)
      return completed.source
    }),
  })
  const metadata: Metadata = {
    ...headOf(head),
    // In the order of the files: keys that belong together stand together.
    config: Object.fromEntries(config),
    resourceAttributes: sorted(entries('resource_attributes', grammar.resourceAttribute)),
    attributes: sorted(entries('attributes', grammar.attribute)).map((entry) => ({
      emittedName: entry.name,
      ...entry,
    })),
    entities: entities.toSorted((a, b) => (a.type < b.type ? -1 : 1)),
    queries: queries.map(({ defaults: _, ...query }) => query),
    metrics: sorted(entries('metrics', metricGrammar(requires), renamedMetricKeys))
      .map(ofEntity)
      .map(complete),
    events: sorted(entries('events', event)).map(ofEntity),
    telemetry: { metrics: sorted(entries('telemetry.metrics', telemetryMetric)) },
  }
  unrendered.push(...versions(files))
  const draft = index(metadata, files.entries, faults.length === 0)
  return { draft: { ...draft, defaults, inherited, required: named.used }, faults, unrendered }
}

/** mdatagen's metrics of two versions, which feature gates switch. */
function versions(files: MergedMetadata): Fault[] {
  return files.entries.metrics.flatMap(([name], index) => {
    const path = entryPath('metrics', name, index)
    const message = 'versions of a metric are not generated: there are no feature gates; expected a name without @'
    return name.includes('@') ? [{ position: files.keyPosition(path), path, message }] : []
  })
}

/** What is made of the metadata doesn't depend on the order in the files, nor on the file in which an entry stands. */
function sorted<Entry extends { readonly name: string }>(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** What a file without entities measures: all that its resource attributes say. */
const resourceEntity: Entity = {
  type: 'resource',
  brief: 'What the resource attributes say.',
  identity: [],
  parts: [],
  zeros: 'send',
  descriptive: [],
  relationships: [],
}

type FileHead = Pick<Metadata, 'type' | 'displayName' | 'description' | 'scopeName' | 'semConvVersion' | 'status'>

/** No rule looks at what stands here for a head that is wrong. */
function headOf(head: Head | undefined): FileHead {
  const { class: classOf = '', stability = {}, distributions = [] } = head?.status ?? {}
  const { type = '' } = head ?? {}
  const displayName = head?.display_name ?? type
  return {
    type,
    displayName,
    description: head?.description ?? displayName,
    scopeName: head?.scope_name ?? ['otelephant', classOf, type].filter((part) => part !== '').join('/'),
    ...(head?.sem_conv_version === undefined ? {} : { semConvVersion: head.sem_conv_version }),
    status: { class: classOf, stability, distributions },
  }
}

function index(
  metadata: Metadata,
  given: Entries,
  complete: boolean,
): Omit<Draft, 'defaults' | 'inherited' | 'required'> {
  const names = (section: Section) => given[section].map(([name]) => name)
  return {
    metadata,
    complete,
    declared: {
      config: names('config'),
      resource_attributes: names('resource_attributes'),
      attributes: names('attributes'),
      entities: given.entities.length === 0 ? [resourceEntity.type] : names('entities'),
      requirements: names('requirements'),
      queries: names('queries'),
      metrics: names('metrics'),
      events: names('events'),
      'telemetry.metrics': names('telemetry.metrics'),
    },
    attributes: new Map(metadata.attributes.map((attribute) => [attribute.name, attribute])),
    resourceAttributes: new Map(metadata.resourceAttributes.map((attribute) => [attribute.name, attribute])),
    entities: new Map(metadata.entities.map((entity) => [entity.type, entity])),
    queries: new Map(metadata.queries.map((query) => [query.name, query])),
  }
}
