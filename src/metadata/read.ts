import type { z } from 'zod'
import type { YamlDocument } from '../yaml/document.ts'
import type { Fault, Path } from '../yaml/fault.ts'
import { zodFaults } from '../yaml/zod-faults.ts'
import { type Draft, entryPath, type Section } from './draft.ts'
import * as grammar from './grammar.ts'
import { event, metric, telemetryMetric } from './metric-grammar.ts'
import type { Metadata } from './model.ts'
import { query } from './query-grammar.ts'

/** Reads every part of the file on its own, so that a fault in one hides none in another. */
export function readDraft(document: YamlDocument): { readonly draft: Draft; readonly faults: readonly Fault[] } {
  const faults: Fault[] = []
  const read = <T>(schema: z.ZodType<T>, value: unknown, prefix: Path): T | undefined => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    faults.push(...zodFaults(parsed.error.issues, { schema, places: document, value, prefix }))
    return undefined
  }
  const given = sections(document.value)
  const entries = <T>(section: Section, schema: z.ZodType<T>): (T & { name: string })[] =>
    given[section].flatMap(([name, value], index) => {
      const entry = read(schema, value, entryPath(section, name, index))
      return entry === undefined ? [] : [{ ...entry, name }]
    })

  const head = read(grammar.file, document.value, [])
  const metadata: Metadata = {
    ...headOf(head),
    resourceAttributes: entries('resource_attributes', grammar.resourceAttribute),
    attributes: entries('attributes', grammar.attribute).map((entry) => ({ emittedName: entry.name, ...entry })),
    entities: given.entities.flatMap(([, value], at) => read(grammar.entity, value, ['entities', at]) ?? []),
    queries: entries('queries', query),
    metrics: entries('metrics', metric),
    events: entries('events', event),
    telemetry: { metrics: entries('telemetry.metrics', telemetryMetric) },
  }
  return { draft: index(metadata, given, faults.length === 0), faults }
}

type Entries = readonly (readonly [name: string, value: unknown])[]

/** The raw entries of every section; none where it isn't a section at all, which the grammar reports. */
function sections(value: unknown): Record<Section, Entries> {
  const named = (section: unknown): Entries =>
    typeof section === 'object' && section !== null && !Array.isArray(section) ? Object.entries(section) : []
  const of = (container: unknown, key: string): unknown =>
    typeof container === 'object' && container !== null ? Reflect.get(container, key) : undefined
  const typeOf = (entity: unknown): string => {
    const type = of(entity, 'type')
    return typeof type === 'string' ? type : ''
  }
  const entities = of(value, 'entities')
  return {
    resource_attributes: named(of(value, 'resource_attributes')),
    attributes: named(of(value, 'attributes')),
    entities: Array.isArray(entities) ? entities.map((entity) => [typeOf(entity), entity] as const) : [],
    queries: named(of(value, 'queries')),
    metrics: named(of(value, 'metrics')),
    events: named(of(value, 'events')),
    'telemetry.metrics': named(of(of(value, 'telemetry'), 'metrics')),
  }
}

type Head = Pick<
  Metadata,
  'type' | 'displayName' | 'description' | 'scopeName' | 'semConvVersion' | 'status' | 'config'
>

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
    config: head?.config ?? {},
  }
}

function index(metadata: Metadata, given: Readonly<Record<Section, Entries>>, complete: boolean): Draft {
  const names = (section: Section) => given[section].map(([name]) => name)
  return {
    metadata,
    complete,
    declared: {
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
