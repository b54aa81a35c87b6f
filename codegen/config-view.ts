import type { Metadata } from '../src/metadata/model.ts'
import { type ConfigImport, configChoices, configImports, keySchemas } from './config-keys.ts'
import { comment, literal } from './literal.ts'
import { valueTypes } from './metrics-view.ts'

/** What config.ts.hbs is rendered from; names are literals. */
export interface ConfigView {
  readonly description: string
  readonly imports: readonly ConfigImport[]
  /** Of the component's own keys, as TypeScript. */
  readonly keys: readonly string[]
  /** Of the keys that leave a choice. */
  readonly choices: readonly { readonly name: string; readonly values: string }[]
  /** Whether there are metrics, and what follows from them. */
  readonly measures: boolean
  readonly metrics: readonly { readonly name: string; readonly enabled: boolean }[]
  readonly warnings: readonly { readonly name: string; readonly texts: string }[]
  readonly events: readonly { readonly name: string; readonly enabled: boolean }[]
  readonly resourceAttributes: readonly { readonly name: string; readonly enabled: boolean; readonly schema: string }[]
  readonly queries: readonly { readonly name: string; readonly intervalMs: string }[]
  readonly limits: readonly string[]
}

/** What resource.ts.hbs is rendered from. */
export interface ResourceView {
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly description: string }[]
}

const schemas = { string: 'z.string()', int: 'z.int()', double: 'z.number()', bool: 'z.boolean()' } as const

export function configView(metadata: Metadata): ConfigView {
  const { displayName, config, metrics, events, resourceAttributes, queries } = metadata
  const measures = metrics.length > 0
  return {
    description: comment(displayName),
    imports: configImports(config, queries.length > 0 ? ['positive_duration'] : []),
    keys: keySchemas(config),
    choices: configChoices(config).map(([name, values]) => ({ name: literal(name), values: literal(values) })),
    measures,
    metrics: metrics.map(({ name, enabled }) => ({ name: literal(name), enabled })),
    warnings: metrics.flatMap(({ name, warnings }) =>
      warnings === undefined ? [] : [{ name: literal(name), texts: literal(warnings) }],
    ),
    events: events.map(({ name, enabled }) => ({ name: literal(name), enabled })),
    resourceAttributes: resourceAttributes.map(({ name, enabled, type }) => ({
      name: literal(name),
      enabled,
      schema: schemas[type],
    })),
    queries: queries.map(({ name, intervalMs }) => ({ name: literal(name), intervalMs: String(intervalMs) })),
    limits: queries.flatMap(({ name, top }) => (top === undefined ? [] : [literal(name)])),
  }
}

export function resourceView({ resourceAttributes }: Metadata): ResourceView {
  return {
    attributes: resourceAttributes.map(({ name, type, description }) => ({
      name: literal(name),
      type: valueTypes[type],
      description: comment(description),
    })),
  }
}
