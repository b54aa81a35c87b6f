import { z } from 'zod'
import { configName } from './config-grammar.ts'
import { isJsonSchemaConfig, jsonSchemaConfig } from './json-schema-grammar.ts'
import { inert, key } from './key.ts'
import { featureGates, goKeys, statusKeys, tests } from './mdatagen-grammar.ts'

const text = z.string().min(1)
const classes = [
  'cmd',
  'connector',
  'converter',
  'exporter',
  'extension',
  'pkg',
  'processor',
  'provider',
  'receiver',
  'scraper',
] as const

const signal = z
  .string()
  .regex(
    /^(?:(?:metrics|logs|traces|profiles)(?:_to_(?:metrics|logs|traces|profiles))?|extension|converter|provider)$/,
    {
      error:
        'expected one of metrics, logs, traces, profiles, one to another such as logs_to_metrics, extension, converter, provider',
    },
  )

const signals = (says: string) => key(z.array(signal).min(1).exactOptional(), says, '[metrics]')

/** The names of the sections' entries, whatever the entries say: they are read one by one. */
const entries = (says: string, example: string) => key(z.record(z.string(), z.unknown()).exactOptional(), says, example)

/** What a file and its parts have. */
const contents = {
  include: key(
    z.array(text).min(1).exactOptional(),
    'files, or globs of files, relative to the file that includes them. A part has the sections and may have an `include` of its own; `type`, `status` and the like stand in the first file. The whole is checked as one; each file is included once, and a name stands in one of them',
    '[metadata/*.yaml]',
  ),
  config: key(
    z.record(configName, z.unknown()).exactOptional(),
    'the configuration keys',
    '{timeout: {type: string, format: duration, description: A deadline.}}',
  ),
  resource_attributes: entries(
    'what the resource carries',
    '{server.address: {description: The host., type: string, enabled: true}}',
  ),
  attributes: entries('what points and records carry', '{mode: {description: The mode., type: string}}'),
  entities: key(
    z.array(z.unknown()).exactOptional(),
    'what something is measured of. Where there are none, all is measured of the `resource`',
    '[{type: sample.server, brief: The server., identity: [{ref: server.address}]}]',
  ),
  requirements: entries('what can be required by a name', '{monitor: {privilege: {role: pg_monitor}}}'),
  queries: entries(
    'what is asked of the server',
    '{instance: {description: One row., scope: server, columns: {up: {sql: "1", type: int}}}}',
  ),
  metrics: entries(
    'what is measured',
    '{up: {enabled: true, description: Whether it answers., unit: "1", gauge: {value_type: int}}}',
  ),
  events: entries('what is recorded of happenings', '{sample.start: {enabled: true, description: It started.}}'),
  telemetry: key(
    z
      .strictObject({
        metrics: entries(
          'its instruments',
          '{sample_queries: {enabled: true, description: Queries., unit: "1", gauge: {value_type: int}}}',
        ),
      })
      .exactOptional(),
    'what the component counts of itself',
    '{metrics: {}}',
  ),
}

/** A file that another includes, but for the entries of its sections. */
export const part = z.strictObject(contents)

const status = z.strictObject({
  class: key(z.enum(classes), 'what kind of component it is', 'receiver'),
  stability: key(
    z.strictObject({
      development: signals('signals that may change at any time'),
      alpha: signals('signals that are tried'),
      beta: signals('signals that change rarely'),
      stable: signals('signals that do not change'),
      deprecated: signals('signals that go away'),
      unmaintained: signals('signals that nobody looks after'),
    }),
    'a level and its signals: `metrics`, `logs`, `traces`, `profiles`, one to another such as `logs_to_metrics`, `extension`, `converter`, `provider`',
    '{development: [logs], beta: [metrics]}',
  ),
  ...statusKeys,
})

/** A metadata file but for the entries of its sections. */
export const file = z.strictObject({
  type: key(
    z
      .string()
      .regex(/^[a-z][a-z0-9_]*(?:\/[a-z][a-z0-9_]*)?$/, { error: 'expected small letters, digits and underscores' }),
    "the component's kind in a configuration: small letters, digits and underscores; a part of another component has a slash",
    'sample',
  ),
  display_name: key(
    text.exactOptional(),
    'its name for documentation. The type where it is left out',
    'Sample receiver',
  ),
  description: key(
    text.exactOptional(),
    'what it does: for documentation. The name where it is left out',
    'Reads a sample.',
  ),
  parent: inert(text, 'the type of the component that this is a part of; `status` may be left out then', 'sample'),
  scope_name: key(
    text.exactOptional(),
    'the instrumentation scope of everything that is sent. Made of class and type where it is left out',
    'otelephant/receiver/sample',
  ),
  status: key(status, 'what it is and how settled', '{class: receiver, stability: {beta: [metrics]}}'),
  sem_conv_version: key(text.exactOptional(), 'of the semantic conventions that the names follow', '1.38.0'),
  feature_gates: featureGates,
  tests,
  ...goKeys,
  ...contents,
})

const mdatagenConfig = key(jsonSchemaConfig, 'the configuration, as one JSON schema', '{type: object}', {
  unrendered: () =>
    "mdatagen's form of config is not generated: expected a JSON schema of each key, such as timeout: {type: string}",
})

/** What is made of a file's head. */
export type Head = Pick<
  z.output<typeof file>,
  'type' | 'display_name' | 'description' | 'scope_name' | 'sem_conv_version'
> & { readonly status?: z.output<typeof status> }

/** The grammar of a file with this content: mdatagen has a `config` of another form, and parts of components no status. */
export function fileGrammar(content: unknown): z.ZodType<Head> {
  const whole =
    keyOf(content, 'parent') === undefined ? file : file.extend({ status: file.shape.status.exactOptional() })
  return isJsonSchemaConfig(keyOf(content, 'config')) ? whole.extend({ config: mdatagenConfig }) : whole
}

/** The grammar of an included file with this content. */
export function partGrammar(content: unknown): z.ZodType {
  return isJsonSchemaConfig(keyOf(content, 'config')) ? part.extend({ config: mdatagenConfig }) : part
}

function keyOf(content: unknown, name: string): unknown {
  return typeof content === 'object' && content !== null ? Reflect.get(content, name) : undefined
}
