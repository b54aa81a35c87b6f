import type { z } from 'zod'
import { attribute, entity, resourceAttribute } from '../src/metadata/grammar/attribute-grammar.ts'
import { configProperty } from '../src/metadata/grammar/config-grammar.ts'
import { file } from '../src/metadata/grammar/file-grammar.ts'
import { telemetryMetric } from '../src/metadata/grammar/instrument-grammar.ts'
import { type KeyNote, noteOf } from '../src/metadata/grammar/key.ts'
import { event, metricGrammar } from '../src/metadata/grammar/metric-grammar.ts'
import { queryGrammar } from '../src/metadata/grammar/query-grammar.ts'
import { requirements, requiresGrammar } from '../src/metadata/grammar/requirements-grammar.ts'
import { choicesOf, contentOf, keysOf } from '../src/yaml/schema-path.ts'

/** Examples require by this name. */
const requires = requiresGrammar({ names: ['read_all_stats'], requirements: new Map(), used: new Set() })

/** The grammar of a file and of an entry of each section. */
const grammars: Readonly<Record<string, z.ZodType>> = {
  file,
  config: configProperty,
  resource_attributes: resourceAttribute,
  attributes: attribute,
  entities: entity,
  queries: queryGrammar(requires),
  requirements,
  metrics: metricGrammar(requires),
  events: event,
  telemetry: telemetryMetric,
}

/** A key of the grammar, as it is documented. */
export interface DocumentedKey {
  /** What it may be; several where the entry has several forms. */
  readonly schemas: readonly z.ZodType[]
  /** From the entry on: `top.rows`; what stands in a list or under names that the user chooses has no step of its own. */
  readonly path: string
  readonly note: KeyNote
  readonly isRequired: boolean
  /** All values, where there is a choice. */
  readonly choices: readonly string[]
  /** What is made of it: something, nothing, or code can't be generated where it is. */
  readonly effect: 'used' | 'none' | 'refused'
}

/** The keys of the grammar by section. @throws Error for a key of which nothing is said */
export function documentedKeys(): (readonly [section: string, keys: readonly DocumentedKey[]])[] {
  return Object.entries(grammars).map(([section, grammar]) => [section, keysWithin(grammar, '', 'used')])
}

function keysWithin(schema: z.ZodType, prefix: string, within: DocumentedKey['effect']): DocumentedKey[] {
  return [...keysOf(schema)].flatMap(([name, alternatives]) => {
    const path = `${prefix}${name}`
    const note = alternatives.map(noteOf).find((one) => one !== undefined)
    if (note === undefined) throw new Error(`nothing is said of the key ${path}`)
    const isRequired = alternatives.every((one) => one._zod.optin !== 'optional' && !one.safeParse(undefined).success)
    const refused = note.unrendered?.(undefined) === undefined ? within : 'refused'
    const effect = note.isInert === true ? 'none' : refused
    const own = {
      schemas: alternatives,
      path,
      note,
      isRequired,
      choices: [...new Set(alternatives.flatMap(choicesOf))],
      effect,
    }
    const inside = note.see === undefined ? alternatives.map((one) => keysInside(one, `${path}.`, effect)) : []
    const known = new Set<string>()
    return [own, ...inside.flat().filter((one) => known.size < known.add(one.path).size)]
  })
}

function keysInside(schema: z.ZodType, prefix: string, within: DocumentedKey['effect']): DocumentedKey[] {
  const content = contentOf(schema)
  return [...keysWithin(schema, prefix, within), ...(content === undefined ? [] : keysInside(content, prefix, within))]
}

const begin = /^<!-- keys of (\w+), made by `npm run generate` -->$/
const end = '<!-- end of the keys -->'

/**
 * docs/metadata.md with its tables of keys as the grammar has them.
 * @throws Error where a section has no table, or a table no section
 */
export function withKeyTables(text: string): string {
  const keys = documentedKeys()
  const tables = new Map([
    ...keys.map(([section, of]) => [section, tableOf(of)] as const),
    ['mdatagen', tableOfMdatagen(keys)],
  ])
  const lines: string[] = []
  let inside = false
  for (const line of text.split('\n')) {
    const section = begin.exec(line)?.[1]
    if (line === end) inside = false
    if (!inside) lines.push(line)
    if (section === undefined) continue
    const table = tables.get(section)
    if (table === undefined) throw new Error(`docs/metadata.md: no section ${section}, or a second time`)
    tables.delete(section)
    lines.push('', ...table, '')
    inside = true
  }
  if (tables.size > 0) throw new Error(`docs/metadata.md: no table of the keys of ${[...tables.keys()].join(', ')}`)
  return lines.join('\n')
}

function tableOf(keys: readonly DocumentedKey[]): string[] {
  const rows = keys.filter(({ effect }) => effect === 'used').map(rowOf)
  return ['| key | example | what it says |', '|---|---|---|', ...rows]
}

function tableOfMdatagen(sections: readonly (readonly [string, readonly DocumentedKey[]])[]): string[] {
  const rows = sections.flatMap(([section, keys]) =>
    keys
      .filter(({ effect }) => effect !== 'used')
      .map((key) => {
        const path = section === 'file' ? key.path : `${section}.NAME.${key.path}`
        return `${rowOf({ ...key, path, isRequired: false })} ${key.effect === 'none' ? 'nothing' : 'refused'} |`
      }),
  )
  return ['| key | example | what it says in mdatagen | what is made of it |', '|---|---|---|---|', ...rows]
}

function rowOf({ path, note, isRequired, choices }: DocumentedKey): string {
  const unsaid = choices.filter((choice) => !note.says.includes(`\`${choice}\``))
  const all = choices.length > 1 && unsaid.length > 0 ? [`One of ${choices.map((one) => `\`${one}\``).join(', ')}`] : []
  const see = note.see === undefined ? [] : [`See ${note.see}`]
  const says = [note.says, ...all, ...see].join('. ').replaceAll('|', '\\|')
  return `| \`${path}\`${isRequired ? ', required' : ''} | \`${note.example.replaceAll('|', '\\|')}\` | ${says} |`
}
