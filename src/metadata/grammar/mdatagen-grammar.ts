import { z } from 'zod'
import { inert, key } from './key.ts'

const text = z.string().min(1)
const texts = z.array(text)
const version = z.string().regex(/^v\d+\.\d+\.\d+/, { error: 'expected a version such as v0.96.0' })

/** Names that mdatagen puts into Go code and links, and switches of what it generates. */
export const goKeys = {
  deprecated_type: inert(text, 'an older name of the component', 'old_sample'),
  generated_package_name: inert(text, 'the Go package that mdatagen writes', 'metadata'),
  package_name: inert(text, 'the Go package of the component', 'go.opentelemetry.io/collector/receiver/sample'),
  github_project: inert(text, 'where its README lies', 'open-telemetry/opentelemetry-collector-contrib'),
  sem_conv_url: inert(text, 'where the semantic conventions lie', 'https://opentelemetry.io/docs/specs/semconv'),
  reaggregation_enabled: inert(z.boolean(), 'whether the configuration may drop attributes of metrics', 'true'),
  override_value_enabled: inert(z.boolean(), 'whether the configuration may replace resource attributes', 'true'),
}

const gate = z
  .strictObject({
    id: key(
      z.string().regex(/^\w+(?:\.\w+)*$/, { error: 'expected names joined by dots' }),
      'its name',
      'receiver.sample.newNames',
    ),
    description: key(text, 'what it switches', 'New names.'),
    stage: key(z.enum(['alpha', 'beta', 'stable', 'deprecated']), 'how far it is', 'beta'),
    from_version: key(version, 'since when it exists', 'v0.96.0'),
    to_version: inert(version, 'when it became stable', 'v0.101.0'),
    reference_url: key(
      z.string().regex(/^https?:\/\/\S+$/, { error: 'expected a URL' }),
      'where it is discussed',
      'https://github.com/open-telemetry/opentelemetry-collector/issues/7',
    ),
    skip_strict_validation: inert(z.boolean(), "whether mdatagen's rules of names are left out", 'true'),
  })
  .refine(({ stage, to_version }) => (stage !== 'stable' && stage !== 'deprecated') || to_version !== undefined, {
    path: ['to_version'],
    error: 'is required of a gate that is stable or deprecated',
  })

export const featureGates = inert(
  z.array(gate),
  "feature gates of the Collector's component: there are none here",
  '[{id: receiver.sample.newNames, description: New names., stage: beta, from_version: v0.96.0, reference_url: "https://example.com"}]',
)

export const tests = inert(
  z.strictObject({
    config: inert(z.unknown(), 'a configuration', '{}'),
    host: inert(text, 'Go code that makes a host', 'newHost()'),
    skip_lifecycle: inert(z.boolean(), 'no test of starts and stops', 'false'),
    skip_shutdown: inert(z.boolean(), 'no test of stops', 'false'),
    expect_consumer_error: inert(z.boolean(), 'whether consuming fails', 'false'),
    goleak: inert(
      z.strictObject({
        skip: inert(z.boolean(), 'none', 'false'),
        setup: inert(text, 'Go code before', 'setup()'),
        teardown: inert(text, 'Go code after', 'teardown()'),
        ignore: inert(
          z.strictObject({
            top: inert(texts, 'functions by the top of their stack', '[a.run]'),
            any: inert(texts, 'functions anywhere in a stack', '[b.run]'),
          }),
          'goroutines that may be left',
          '{top: [a.run]}',
        ),
      }),
      'the test of goroutines that are left',
      '{skip: true}',
    ),
  }),
  'what tests mdatagen writes in Go',
  '{skip_lifecycle: true}',
)

/** Keys of `status` that only mdatagen's README has a use for. */
export const statusKeys = {
  deprecation: inert(
    z.record(
      z.string(),
      z.strictObject({
        date: key(
          z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'expected a date such as 2026-03-01' }),
          'since when',
          '2026-03-01',
        ),
        migration: key(text, 'what to do instead', 'Use another.'),
      }),
    ),
    'since when a signal is deprecated, and what to do instead',
    '{logs: {date: 2026-03-01, migration: Use another.}}',
  ),
  distributions: inert(texts, 'what it is shipped with', '[contrib]'),
  codeowners: inert(
    z.strictObject({
      active: inert(texts, 'who looks after it', '[somebody]'),
      emeritus: inert(texts, 'who did', '[somebody_else]'),
      seeking_new: inert(z.boolean(), 'whether somebody is wanted', 'true'),
    }),
    'who looks after it',
    '{active: [somebody]}',
  ),
  warnings: inert(texts, 'what its README warns of', '[Still a sample.]'),
  unsupported_platforms: inert(texts, 'where it does not run', '[windows]'),
  codecov_component_id: inert(text, 'its name at Codecov', 'receiver_sample'),
  disable_codecov_badge: inert(z.boolean(), 'whether its README has no badge of Codecov', 'true'),
}

export const semanticConvention = inert(
  z.strictObject({ ref: key(text, 'the path of its definition', 'database.md#metric-dbrows') }),
  'where the semantic conventions define it',
  '{ref: database.md#metric-dbrows}',
)

/** What a user of a metric, event or resource attribute is told. */
export const warningsShape = z.strictObject({
  if_enabled: key(text.exactOptional(), 'said where it is on', 'It costs.'),
  if_enabled_not_set: key(text.exactOptional(), 'said where the configuration does not name it', 'It will be off.'),
  if_configured: key(text.exactOptional(), 'said where the configuration names it', 'It goes away.'),
})

/** Keys of a resource attribute beyond ours. */
export const resourceAttributeKeys = {
  enum: inert(z.array(text).min(1), 'all values of a text', '[main, spare]'),
  warnings: inert(warningsShape, 'what mdatagen says at start-up', '{if_enabled: It goes away.}'),
  semantic_convention: semanticConvention,
  include: inert(z.array(z.unknown()), 'values whose resources are sent', '[{strict: main}]'),
  exclude: inert(z.array(z.unknown()), 'values whose resources are not sent', '[{regexp: spare.*}]'),
}

/** Keys of a metric or instrument beyond ours. */
export const metricKeys = {
  optional: inert(z.boolean(), 'whether it exists only sometimes', 'true'),
  semantic_convention: semanticConvention,
  deprecated: inert(
    z.strictObject({
      since: key(text, 'the version', 'v1.7.0'),
      note: key(text, 'what to use instead', 'Use another.'),
    }),
    'since when it is deprecated, and what to use instead',
    '{since: v1.7.0, note: Use another.}',
  ),
}
