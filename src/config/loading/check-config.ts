import type { z } from 'zod'
import type { Fault, Path } from '../../yaml/fault.ts'
import { zodFaults } from '../../yaml/zod-faults.ts'
import { hiddenDepth, isSecretPath, secretTexts } from '../references/hidden.ts'
import { redactValue } from '../references/redact-value.ts'
import { textPaths } from '../references/text-paths.ts'
import { plainValue } from './plain-value.ts'
import { nodeAt, type RawConfig } from './raw-config.ts'

export type Checked<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }

/**
 * Reads what stands at the path (a bare key or none: an empty map) with the schema.
 *
 * A value that a reference gave is tried with its YAML type first; where the schema wants a string, its text is taken.
 * Faults name places and keys; they never show secrets, nor what came from the environment or a file.
 */
export function checkConfig<T>(schema: z.ZodType<T>, raw: RawConfig, prefixPath: Path): Checked<T> {
  const node = nodeAt(raw.root, prefixPath)
  const texts = new Set<string>()
  for (;;) {
    const value = node === undefined ? {} : (plainValue(node, (path) => texts.has(path.join('\0'))) ?? {})
    const result = schema.safeParse(value)
    if (result.success) return { kind: 'ok', value: result.data }
    const { issues } = result.error
    const before = texts.size
    for (const path of textPaths(issues)) {
      if (node !== undefined && nodeAt(node, path)?.original !== undefined) texts.add(path.join('\0'))
    }
    if (texts.size === before) return { kind: 'faults', faults: faultsOf(schema, raw, prefixPath, value, issues) }
  }
}

function faultsOf(
  schema: z.ZodType,
  raw: RawConfig,
  prefix: Path,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
): Fault[] {
  const isSecret = (path: Path): boolean =>
    hiddenDepth(raw.root, path) !== undefined || isSecretPath(schema, path.slice(prefix.length))
  const clean = redactValue(issues, secretTexts(raw, prefix, isSecret))
  return zodFaults(clean, { schema, places: raw, value, prefix, isSecret }).map((fault) => {
    const depth = hiddenDepth(raw.root, fault.path)
    if (depth === undefined || depth >= fault.path.length) return fault
    // Below what came from the environment even the keys are not to be seen.
    const path = fault.path.slice(0, depth)
    return { position: raw.position(path), path, message: 'holds something that does not fit here and is not shown' }
  })
}
