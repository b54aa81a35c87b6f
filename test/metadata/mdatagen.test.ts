import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isMap, isNode, isPair, isScalar, isSeq, parseDocument } from 'yaml'
import { loadMetadata } from '../../src/metadata/load.ts'
import { parseYaml } from '../../src/yaml/document.ts'
import { type Path, renderFault } from '../../src/yaml/fault.ts'

const folder = join(import.meta.dirname, 'mdatagen')
const everyKey = readFileSync(join(folder, 'every-key.yaml'), 'utf8')
const withoutEntities = readFileSync(join(folder, 'without-entities.yaml'), 'utf8')

/** All keys of mdatagen's schema of a metadata file, as its loader reads them, but for names that users choose. */
const schemaKeys = `
  type deprecated_type display_name description parent scope_name generated_package_name package_name github_project
  sem_conv_version sem_conv_url reaggregation_enabled override_value_enabled
  status class stability development alpha beta stable deprecated unmaintained deprecation date migration distributions
  warnings codeowners active emeritus seeking_new unsupported_platforms codecov_component_id disable_codecov_badge
  config $schema $id $comment $ref $defs title required properties additionalProperties allOf items default examples enum
  const pattern format minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems
  uniqueItems minProperties maxProperties contentMediaType contentEncoding contentSchema x-customType x-pointer x-optional
  feature_gates id stage from_version to_version reference_url skip_strict_validation
  resource_attributes enabled include exclude semantic_convention ref if_enabled if_enabled_not_set if_configured
  entities brief identity extra_attributes relationships target
  attributes name_override requirement_level
  metrics extended_documentation unit sum gauge histogram value_type monotonic aggregation_temporality input_type async
  bucket_boundaries entity since note optional prefix to through_gates disable_old enable_new
  events telemetry level from
  tests host skip_lifecycle skip_shutdown expect_consumer_error goleak skip setup teardown ignore top any
`
  .trim()
  .split(/\s+/)

/** Where anything may stand: values and examples of any type, a configuration of a component that isn't known; and what says which form `config` has. */
const takesAnything =
  /^(?:tests::config|config::type$|config::.*\b(?:default|const)|.*::(?:include|exclude)::0|config::.*::(?:examples|enum)::\d+)(?:::|$)/

function pathsOf(node: unknown, path: Path = []): Path[] {
  if (isMap(node)) {
    return node.items.flatMap((pair) => {
      if (!isPair(pair) || !isScalar(pair.key)) return []
      const inside = [...path, String(pair.key.value)]
      return [inside, ...pathsOf(pair.value, inside)]
    })
  }
  if (!isSeq(node)) return []
  return node.items.flatMap((item, at) => (isNode(item) ? [[...path, at], ...pathsOf(item, [...path, at])] : []))
}

function isCollection(contents: unknown, path: Path): boolean {
  const node = isMap(contents) ? contents.getIn(path, true) : undefined
  return isMap(node) || isSeq(node)
}

/** Of another kind than anything that may stand there: a type may be a list of types, a stability a map. */
function wrongFor(path: Path, collection: boolean): unknown {
  if (collection) return 'wrong'
  return path.at(-1) === 'type' ? { wrong: null } : [null]
}

function faultsOf(text: string): string[] {
  const loaded = loadMetadata('m.yaml', text)
  return loaded.kind === 'faults' ? loaded.faults.map(renderFault) : []
}

test('a file with every key of mdatagen is read; what code can not be generated of is said with its place', () => {
  const loaded = loadMetadata('m.yaml', everyKey)
  if (loaded.kind === 'faults') expect.fail(loaded.faults.map(renderFault).join('\n'))
  expect(loaded.unrendered.map(renderFault)).toEqual([
    "m.yaml:30:1: config: mdatagen's form of config is not generated: expected a JSON schema of each key, such as timeout: {type: string}",
    'm.yaml:93:5: attributes::blob::type: attributes of type bytes are not generated yet: expected string, int, double or bool',
    'm.yaml:126:5: metrics::gate.passages::migration: a migration is not generated: there are no feature gates; expected the one metric or the other',
    'm.yaml:129:3: metrics::gate.passages@v2: versions of a metric are not generated: there are no feature gates; expected a name without @',
    'm.yaml:141:5: metrics::gate.waiting::histogram: histograms are not generated yet: expected sum or gauge',
    'm.yaml:175:7: telemetry::metrics::sample_reads::prefix: a prefix is not generated: names are sent as they are written; write it into the name',
    'm.yaml:185:7: telemetry::metrics::sample_times::histogram: histograms are not generated yet: expected sum or gauge',
  ])
})

test('the two files have every key', () => {
  const keys = [everyKey, withoutEntities].flatMap((text) =>
    pathsOf(parseDocument(text).contents).map((path) => path.at(-1)),
  )
  expect(schemaKeys.filter((key) => !keys.includes(key))).toEqual([])
})

test('a file without entities, names and scope is read: all is about the resource', () => {
  const loaded = loadMetadata('m.yaml', withoutEntities)
  if (loaded.kind === 'faults') expect.fail(loaded.faults.map(renderFault).join('\n'))
  expect(loaded.unrendered).toEqual([])
  expect(loaded.metadata).toMatchObject({
    displayName: 'sample/part',
    description: 'sample/part',
    scopeName: 'otelephant/sample/part',
    entities: [{ type: 'resource', parts: [] }],
    metrics: [{ entity: 'resource' }],
    events: [{ entity: 'resource' }],
  })
})

test('a component that is no part of another says its status', () => {
  expect(faultsOf(withoutEntities.replace('parent: sample\n', ''))).toEqual([
    'm.yaml:1:1: status: is required (expected map): what it is and how settled',
  ])
})

describe('a wrong value is a fault at its place:', () => {
  for (const [name, text] of Object.entries({ everyKey, withoutEntities })) {
    test(name, () => {
      const { contents } = parseDocument(text)
      const paths = pathsOf(contents).filter((path) => !takesAnything.test(path.join('::')))
      expect(paths.length).toBeGreaterThan(25)
      // What doesn't lie in one another is changed at once.
      const groups = Map.groupBy(paths, (path) => (isCollection(contents, path) ? path.length : 'scalar'))
      for (const group of groups.values()) {
        const changed = parseDocument(text)
        for (const path of group) changed.setIn(path, wrongFor(path, isCollection(contents, path)))
        const written = String(changed)
        const parsed = parseYaml('m.yaml', written)
        if (parsed.kind === 'faults') expect.fail(parsed.faults.map(renderFault).join('\n'))
        const places = faultsOf(written).map((fault) => fault.replace(/(m\.yaml:\d+:\d+: [^ ]+):.*/s, '$1'))
        const expected = group.map((path) => {
          const { line, column } = parsed.document.position(path)
          return `m.yaml:${line}:${column}: ${path.join('::')}`
        })
        expect(expected.filter((place) => !places.includes(place))).toEqual([])
      }
    })
  }

  test('a word that none of the choices is', () => {
    const faults = (was: string, is: string) => {
      expect(everyKey).toContain(was)
      return faultsOf(everyKey.replace(was, is))
    }
    expect(faults('stage: stable', 'stage: done')).toEqual([
      'm.yaml:70:12: feature_gates::0::stage: expected one of alpha, beta, stable, deprecated, found "done"',
    ])
    expect(faults('    to_version: v0.101.0\n', '')).toEqual([
      'm.yaml:68:5: feature_gates::0::to_version: is required of a gate that is stable or deprecated: when it became stable',
    ])
    expect(faults('from_version: v0.96.0', 'from_version: soon')).toEqual([
      'm.yaml:71:19: feature_gates::0::from_version: expected a version such as v0.96.0, found "soon"',
    ])
    expect(faults('date: "2026-03-01"', 'date: March')).toEqual([
      'm.yaml:23:22: status::deprecation::profiles::date: expected a date such as 2026-03-01, found "March"',
    ])
    expect(
      faults('input_type: string, async: true}\n    attributes', 'input_type: int, async: true}\n    attributes'),
    ).toEqual(['m.yaml:119:94: metrics::gate.passages::sum::input_type: expected string, found "int"'])
    expect(faults('skip_lifecycle: true', 'skip_livecycle: true')).toEqual([
      'm.yaml:189:3: tests::skip_livecycle: unknown key "skip_livecycle"; did you mean "skip_lifecycle"?',
    ])
  })
})
