import type { z } from 'zod'
import type { Fault, Path, Position } from './fault.ts'
import { nearest } from './nearest.ts'
import { knownKeys } from './schema-path.ts'
import { hiddenText, show } from './show.ts'
import { closestBranch, expectedTypes, kindName } from './zod-union.ts'

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
  /** What an old key is called now, where that is known: `fold: top`, `interval: read: {interval}`. */
  readonly renamed?: Readonly<Record<string, string>>
  /** What the key at the path of a schema is for, to be said where it is missing. */
  readonly says?: (schema: z.ZodType, path: Path) => string | undefined
  /** Hides what was found at a secret's path, or where the value came from the environment. */
  readonly isSecret?: (path: Path) => boolean
}

/**
 * Turns a schema's issues into faults with places, what was found, and the nearest known key for unknown ones.
 *
 * An issue of code `custom` speaks for itself; any other gets ", found ..." added, so that the schemas need not say it.
 */
export function zodFaults(issues: readonly z.core.$ZodIssue[], context: FaultContext): Fault[] {
  return issues.flatMap((issue) => issueFaults(issue, [], context))
}

function issueFaults(issue: z.core.$ZodIssue, base: Path, context: FaultContext): Fault[] {
  const local: Path = [...base, ...issue.path.map((step) => (typeof step === 'number' ? step : String(step)))]
  const path: Path = [...(context.prefix ?? []), ...local]
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(context.schema, local)
    return issue.keys.map((key) => keyFault([...path, key], unknownKey(key, known, context.renamed), context))
  }
  if (issue.code === 'invalid_key' || issue.code === 'invalid_element') {
    const [first] = issue.issues
    return [keyFault(path, `not a key that fits here: ${first?.message ?? issue.message}`, context)]
  }
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue.errors)
    if (branch !== undefined) return branch.flatMap((inner) => issueFaults(inner, local, context))
  }
  const value = valueAt(context.value, local)
  const missing = value === undefined
  // A text where a map should be may be a password that lost its key.
  const kindOnly = context.isSecret?.(path) || (isContainer(issue) && typeof value === 'string')
  const found = kindOnly ? hiddenText(value) : show(value)
  const position = missing ? context.places.keyPosition(path) : context.places.position(path)
  if (!missing) return [{ position, path, message: describe(issue, found) }]
  const says = context.says?.(context.schema, local)
  return [{ position, path, message: `${describeMissing(issue)}${says === undefined ? '' : `: ${says}`}` }]
}

function keyFault(path: Path, message: string, context: FaultContext): Fault {
  return { position: context.places.keyPosition(path), path, message }
}

export function unknownKey(
  key: string,
  known: readonly string[],
  renamed: Readonly<Record<string, string>> = {},
): string {
  const now = Object.hasOwn(renamed, key) ? renamed[key] : undefined
  if (now !== undefined && known.includes(now.replace(/:.*/, ''))) return `unknown key "${key}"; it is ${now} now`
  const guess = nearest(key, known)
  if (guess !== undefined) return `unknown key "${key}"; did you mean "${guess}"?`
  return known.length > 0 ? `unknown key "${key}"; known are ${[...known].sort().join(', ')}` : `unknown key "${key}"`
}

function describeMissing(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return isStock(issue) ? `is required (expected ${kindName(issue.expected)})` : issue.message
    case 'invalid_value':
      return `is required (expected ${oneOf(issue.values)})`
    case 'invalid_union': {
      const types = expectedTypes(issue)
      return isStock(issue) && types.length > 0 ? `is required (expected ${types.join(' or ')})` : issue.message
    }
    default:
      return issue.message
  }
}

function describe(issue: z.core.$ZodIssue, found: string): string {
  switch (issue.code) {
    case 'custom':
      return issue.message
    case 'invalid_type':
      return `${isStock(issue) ? `expected ${kindName(issue.expected)}` : issue.message}, found ${found}`
    case 'invalid_value':
      return `expected ${oneOf(issue.values)}, found ${found}`
    case 'too_small':
      return isStock(issue)
        ? `expected at least ${issue.minimum}${counted(issue.origin)}, found ${found}`
        : issue.message
    case 'too_big':
      return isStock(issue)
        ? `expected at most ${issue.maximum}${counted(issue.origin)}, found ${found}`
        : issue.message
    case 'invalid_union': {
      const types = expectedTypes(issue)
      if (!isStock(issue)) return `${issue.message}, found ${found}`
      return types.length > 0
        ? `expected ${types.join(' or ')}, found ${found}`
        : `fits none of the allowed forms: ${found}`
    }
    default:
      return `${issue.message}, found ${found}`
  }
}

function isContainer(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && ['map', 'list'].includes(kindName(issue.expected))
}

/** Whether the message is the library's own, not the schema author's. */
function isStock(issue: z.core.$ZodIssue): boolean {
  return /^(?:Invalid |Too (?:small|big))/.test(issue.message)
}

function oneOf(values: readonly z.core.util.Primitive[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.map(String).join(', ')}`
}

function counted(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' ? ' entries' : ''
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = Reflect.get(at, step)
  }
  return at
}
