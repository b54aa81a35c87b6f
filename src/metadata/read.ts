import type { z } from 'zod'
import type { Fault, Path } from '../yaml/fault.ts'
import { type Places, zodFaults } from '../yaml/zod-faults.ts'
import { type Draft, entryPath, type Section } from './draft.ts'
import { configProperty } from './grammar/config-grammar.ts'
import * as grammar from './grammar.ts'
import type { Entries, MergedMetadata } from './merged.ts'
import { event, metric, telemetryMetric } from './metric-grammar.ts'
import type { Metadata } from './model.ts'
import { query } from './query-grammar.ts'

/** Reads every entry on its own, so that a fault in one hides none in another. */
export function readDraft(files: MergedMetadata): { readonly draft: Draft; readonly faults: readonly Fault[] } {
  const faults: Fault[] = [...files.faults]
  const read = <T>(schema: z.ZodType<T>, value: unknown, prefix: Path, places: Places = files): T | undefined => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    faults.push(...zodFaults(parsed.error.issues, { schema, places, value, prefix }))
    return undefined
  }
  const entries = <T>(section: Section, schema: z.ZodType<T>): (T & { name: string })[] =>
    files.entries[section].flatMap(([name, value], index) => {
      const entry = read(schema, value, entryPath(section, name, index))
      return entry === undefined ? [] : [{ ...entry, name }]
    })

  const head = read(grammar.file, files.root.value, [], files.root)
  for (const part of files.parts) read(grammar.part, part.value, [], part)
  const entities = files.entries.entities.flatMap(
    ([, value], at) => read(grammar.entity, value, ['entities', at]) ?? [],
  )
  const config = files.entries.config.flatMap(([name, value], index) => {
    const property = read(configProperty, value, entryPath('config', name, index))
    return property === undefined ? [] : [[name, property] as const]
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
    queries: sorted(entries('queries', query)),
    metrics: sorted(entries('metrics', metric)),
    events: sorted(entries('events', event)),
    telemetry: { metrics: sorted(entries('telemetry.metrics', telemetryMetric)) },
  }
  return { draft: index(metadata, files.entries, faults.length === 0), faults }
}

/** What is made of the metadata doesn't depend on the order in the files, nor on the file in which an entry stands. */
function sorted<Entry extends { readonly name: string }>(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

type Head = Pick<Metadata, 'type' | 'displayName' | 'description' | 'scopeName' | 'semConvVersion' | 'status'>

/** No rule looks at what stands here for a head that is wrong. */
function headOf(head: z.output<typeof grammar.file> | undefined): Head {
  const { class: classOf = '', stability = {}, distributions = [] } = head?.status ?? {}
  return {
    type: head?.type ?? '',
    displayName: head?.display_name ?? '',
    description: head?.description ?? '',
    scopeName: head?.scope_name ?? '',
    ...(head?.sem_conv_version === undefined ? {} : { semConvVersion: head.sem_conv_version }),
    status: { class: classOf, stability, distributions },
  }
}

function index(metadata: Metadata, given: Entries, complete: boolean): Draft {
  const names = (section: Section) => given[section].map(([name]) => name)
  return {
    metadata,
    complete,
    declared: {
      config: names('config'),
      resource_attributes: names('resource_attributes'),
      attributes: names('attributes'),
      entities: names('entities'),
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
