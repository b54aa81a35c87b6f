import type { z } from 'zod'
import type { Fault, Path, Position } from './fault.ts'
import { nearest } from './nearest.ts'

/** Where things stand; a YamlDocument, or several merged. */
export interface Places {
  position(path: Path): Position
  keyPosition(path: Path): Position
}

/** What the faults of a schema's issues need to know. */
export interface FaultContext {
  readonly schema: z.ZodType
  readonly places: Places
  /** The checked value, for "found". */
  readonly value: unknown
  /** Put before every path, e.g. `receivers`, `postgresql/orders`. */
  readonly prefix?: Path
  /** Hides what was found at a secret's path, or where the value came from the environment. */
  readonly isSecret?: (path: Path) => boolean
}

/** Turns a schema's issues into faults with places, what was found, and the nearest known key for unknown ones. */
export function zodFaults(issues: readonly z.core.$ZodIssue[], context: FaultContext): Fault[] {
  const prefix = context.prefix ?? []
  return issues.flatMap((issue): Fault[] => {
    const local = issue.path.map((step) => (typeof step === 'number' ? step : String(step)))
    const path = [...prefix, ...local]
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(context.schema, local)
      return issue.keys.map((key) => ({
        position: context.places.keyPosition([...path, key]),
        path: [...path, key],
        message: unknownKey(key, known),
      }))
    }
    const missing = valueAt(context.value, local) === undefined
    return [
      {
        position: missing ? context.places.keyPosition(path) : context.places.position(path),
        path,
        message: describe(issue, valueAt(context.value, local), missing, context.isSecret?.(path) ?? false),
      },
    ]
  })
}

export function unknownKey(key: string, known: readonly string[]): string {
  const guess = nearest(key, known)
  if (guess !== undefined) return `unknown key "${key}"; did you mean "${guess}"?`
  return known.length > 0 ? `unknown key "${key}"; known are ${[...known].sort().join(', ')}` : `unknown key "${key}"`
}

/** A value as a person would recognise it, cut short. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function describe(issue: z.core.$ZodIssue, value: unknown, missing: boolean, secret: boolean): string {
  const found = secret ? 'a value that is not shown' : show(value)
  switch (issue.code) {
    case 'invalid_type':
      return missing ? `is required (expected ${issue.expected})` : `expected ${issue.expected}, found ${found}`
    case 'invalid_value':
      return `expected ${issue.values.length === 1 ? '' : 'one of '}${issue.values.join(', ')}, found ${found}`
    case 'too_small':
      return `expected at least ${issue.minimum}, found ${found}`
    case 'too_big':
      return `expected at most ${issue.maximum}, found ${found}`
    case 'invalid_union':
      return `${issue.message === 'Invalid input' ? 'fits none of the allowed forms' : issue.message}, found ${found}`
    case 'custom':
      return issue.message
    default:
      return missing ? issue.message : `${issue.message}, found ${found}`
  }
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined
    at = Reflect.get(at, step)
  }
  return at
}

/** The keys that the schema's object at the path knows; empty where it isn't an object of fixed keys. */
export function knownKeys(schema: z.ZodType, path: Path): string[] {
  const [step, ...rest] = path
  return unwrap(schema).flatMap((def): string[] => {
    if (step === undefined) return def.type === 'object' ? Object.keys(def.shape) : []
    if (def.type === 'object') {
      const child = def.shape[String(step)]
      return child === undefined ? [] : knownKeys(child, rest)
    }
    if (def.type === 'record') return knownKeys(def.valueType, rest)
    if (def.type === 'array') return knownKeys(def.element, rest)
    return []
  })
}

type Container =
  | { readonly type: 'object'; readonly shape: Record<string, z.ZodType> }
  | { readonly type: 'record'; readonly valueType: z.ZodType }
  | { readonly type: 'array'; readonly element: z.ZodType }

/** Looks through optional, default, prefault, nullable, readonly, pipe and union. */
function unwrap(schema: z.ZodType): Container[] {
  const def: unknown = schema._zod.def
  if (typeof def !== 'object' || def === null || !('type' in def)) return []
  if ('innerType' in def) return isSchema(def.innerType) ? unwrap(def.innerType) : []
  if ('in' in def) return isSchema(def.in) ? unwrap(def.in) : []
  if ('options' in def && Array.isArray(def.options)) return def.options.filter(isSchema).flatMap(unwrap)
  return isContainer(def) ? [def] : []
}

function isSchema(value: unknown): value is z.ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value
}

function isContainer(def: object): def is Container {
  return 'shape' in def || 'valueType' in def || 'element' in def
}
