import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { attribute, entity, resourceAttribute } from '../../src/metadata/grammar/attribute-grammar.ts'
import { file, part } from '../../src/metadata/grammar/file-grammar.ts'
import { telemetryMetric } from '../../src/metadata/grammar/instrument-grammar.ts'
import { event, metricGrammar } from '../../src/metadata/grammar/metric-grammar.ts'
import { queryGrammar } from '../../src/metadata/grammar/query-grammar.ts'
import { requirements, requiresGrammar } from '../../src/metadata/grammar/requirements-grammar.ts'

const requires = requiresGrammar({ names: [], requirements: new Map(), used: new Set() })

const schemas = [
  ...[file, part, resourceAttribute, attribute, entity, requirements],
  ...[queryGrammar(requires), metricGrammar(requires), event, telemetryMetric],
]

/** Every key that the grammar knows, however deep. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([name, value]): string[] => {
    // Of a schema; a key may have the same name.
    const properties = name === 'properties' && typeof value === 'object' && value !== null ? value : {}
    const own = 'type' in properties && typeof properties.type === 'string' ? [] : Object.keys(properties)
    return [...own.filter((key) => !key.startsWith('$')), ...keysOf(value)]
  })
}

test('docs/metadata.md has every key of the grammar', async () => {
  const text = await readFile(join(import.meta.dirname, '../../docs/metadata.md'), 'utf8')
  const keys = new Set(
    schemas.flatMap((schema) => keysOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))),
  )
  expect(keys.size).toBeGreaterThan(70)
  expect([...keys].filter((key) => !new RegExp(`(?<!\\w)(?:${key}:|\`${key}\`)`).test(text))).toEqual([])
})
