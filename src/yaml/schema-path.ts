import { z } from 'zod'
import type { Path } from './fault.ts'

/** Every schema that the value at the path may have to fit: alternatives, and each with all of its wrappers. */
export function schemasAt(schema: z.ZodType, path: Path): z.ZodType[] {
  const layers = layersOf(schema)
  const [step, ...rest] = path
  if (step === undefined) return layers
  return layers.flatMap((layer) => childrenOf(layer, step).flatMap((child) => schemasAt(child, rest)))
}

/** The keys that the schema's object at the path knows and wants; empty where it isn't an object of fixed keys. */
export function knownKeys(schema: z.ZodType, path: Path): string[] {
  const keys = schemasAt(schema, path).flatMap((layer): string[] => {
    const def = definitionOf(layer)
    if (isRecord(def['shape']))
      return Object.entries(def['shape']).flatMap(([key, of]) => (isDeprecated(of) ? [] : [key]))
    // A record whose keys are an enum.
    return isSchema(def['keyType']) ? layersOf(def['keyType']).flatMap(enumValues) : []
  })
  return [...new Set(keys)]
}

/** The schemas of the keys of an object with fixed keys; of alternatives, all of them. */
export function keysOf(schema: z.ZodType): ReadonlyMap<string, readonly z.ZodType[]> {
  const keys = new Map<string, z.ZodType[]>()
  for (const layer of layersOf(schema)) {
    const { shape } = definitionOf(layer)
    if (!isRecord(shape)) continue
    for (const [name, of] of Object.entries(shape)) if (isSchema(of)) keys.set(name, [...(keys.get(name) ?? []), of])
  }
  return keys
}

/** What a list holds, or a map whose keys the user names; undefined for anything else. */
export function contentOf(schema: z.ZodType): z.ZodType | undefined {
  for (const layer of layersOf(schema)) {
    const { element, valueType } = definitionOf(layer)
    if (isSchema(element)) return element
    if (isSchema(valueType)) return valueType
  }
  return undefined
}

/** The values that a choice leaves. */
export function choicesOf(schema: z.ZodType): string[] {
  return layersOf(schema).flatMap((layer) => {
    const { values } = definitionOf(layer)
    return Array.isArray(values) ? values.map(String) : enumValues(layer)
  })
}

/** The schema itself and what it wraps: optional, default, prefault, nullable, readonly, pipe, union, intersection, lazy. */
function layersOf(schema: z.ZodType): z.ZodType[] {
  const def = definitionOf(schema)
  const options = Array.isArray(def['options']) ? def['options'] : []
  const lazy = typeof def['getter'] === 'function' ? [def['getter']()] : []
  const inner = [def['innerType'], def['in'], def['out'], def['left'], def['right'], ...options, ...lazy]
  return [schema, ...inner.filter(isSchema).flatMap(layersOf)]
}

function childrenOf(schema: z.ZodType, step: string | number): z.ZodType[] {
  const def = definitionOf(schema)
  const shape = def['shape']
  const known = isRecord(shape) && Object.hasOwn(shape, step) ? [shape[step]] : [def['catchall']]
  const items = Array.isArray(def['items']) ? [def['items'][Number(step)] ?? def['rest']] : []
  return [...known, def['valueType'], def['element'], ...items].filter(isSchema)
}

function enumValues(schema: z.ZodType): string[] {
  const entries = definitionOf(schema)['entries']
  return isRecord(entries) ? Object.values(entries).map(String) : []
}

function definitionOf(schema: z.ZodType): Record<string | number, unknown> {
  const def: unknown = schema._zod.def
  return isRecord(def) ? def : {}
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null
}

/** As JSON Schema means it: known, but not to be used. */
function isDeprecated(schema: unknown): boolean {
  return isSchema(schema) && z.globalRegistry.get(schema)?.deprecated === true
}

function isSchema(value: unknown): value is z.ZodType {
  return isRecord(value) && '_zod' in value
}
