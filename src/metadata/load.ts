import { type Fault, sortFaults } from '../yaml/fault.ts'
import type { Report, Rule } from './draft.ts'
import { readIncluded } from './include.ts'
import { mergeMetadata } from './merged.ts'
import type { Metadata } from './model.ts'
import { readDraft } from './read.ts'
import { attributesAreDefined, attributesAreUsed } from './rules/attributes.ts'
import { configIsSound, configNamesAreFree } from './rules/config.ts'
import { entitiesAreSound } from './rules/entities.ts'
import { namesAreWellFormed } from './rules/names.ts'
import { queriesAreSound } from './rules/queries.ts'
import { slicesAreSound } from './rules/slices.ts'
import { sourceDefaultsFit } from './rules/source-defaults.ts'
import { sourcesFit } from './rules/sources.ts'
import { sqlIsBound } from './rules/sql.ts'
import { namesAreUnique } from './rules/unique.ts'
import { columnsAreUsed, queriesAreUsed, requirementsAreUsed } from './rules/unused.ts'

export type LoadedMetadata =
  /** `unrendered`: what is well written, and code can't be generated of; then nothing may be. */
  | { readonly kind: 'ok'; readonly metadata: Metadata; readonly unrendered: readonly Fault[] }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }

const rules: readonly Rule[] = [
  namesAreWellFormed,
  namesAreUnique,
  configNamesAreFree,
  configIsSound,
  attributesAreDefined,
  attributesAreUsed,
  entitiesAreSound,
  queriesAreSound,
  slicesAreSound,
  sqlIsBound,
  sourceDefaultsFit,
  sourcesFit,
  requirementsAreUsed,
  queriesAreUsed,
  columnsAreUsed,
]

/**
 * Reads and checks a metadata file with the parts that it includes.
 * @param file its path: that of the faults, and what its `include` is relative to
 * @param text what stands in it
 * @returns the checked model, or all that is wrong in the order of the files
 */
export function loadMetadata(file: string, text: string): LoadedMetadata {
  const { documents, faults } = readIncluded(file, text)
  const [root, ...parts] = documents
  // Without a part, what hangs on it would be faults too.
  if (root === undefined || faults.length > 0) return { kind: 'faults', faults: sortFaults(faults) }
  const files = mergeMetadata(root, parts)
  const { draft, faults: shapeFaults, unrendered } = readDraft(files)
  const found = [...shapeFaults]
  const report: Report = (path, message, place = 'value') => {
    const position = place === 'key' ? files.keyPosition(path) : files.position(path)
    found.push({ position, path, message })
  }
  for (const rule of rules) rule(draft, report)
  return found.length === 0
    ? { kind: 'ok', metadata: draft.metadata, unrendered: sortFaults(unrendered) }
    : { kind: 'faults', faults: sortFaults(found) }
}
