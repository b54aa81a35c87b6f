import { parseYaml } from '../yaml/document.ts'
import { type Fault, sortFaults } from '../yaml/fault.ts'
import type { Report, Rule } from './draft.ts'
import type { Metadata } from './model.ts'
import { readDraft } from './read.ts'
import { attributesAreDefined, attributesAreUsed } from './rules/attributes.ts'
import { configNamesAreFree } from './rules/config.ts'
import { entitiesAreSound } from './rules/entities.ts'
import { namesAreWellFormed } from './rules/names.ts'
import { queriesAreSound } from './rules/queries.ts'
import { slicesAreSound } from './rules/slices.ts'
import { entriesAreSorted } from './rules/sorted.ts'
import { sourcesFit } from './rules/sources.ts'
import { sqlIsBound } from './rules/sql.ts'
import { namesAreUnique } from './rules/unique.ts'
import { columnsAreUsed, queriesAreUsed } from './rules/unused.ts'

export type LoadedMetadata =
  | { readonly kind: 'ok'; readonly metadata: Metadata }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }

const rules: readonly Rule[] = [
  entriesAreSorted,
  namesAreWellFormed,
  namesAreUnique,
  configNamesAreFree,
  attributesAreDefined,
  attributesAreUsed,
  entitiesAreSound,
  queriesAreSound,
  slicesAreSound,
  sqlIsBound,
  sourcesFit,
  queriesAreUsed,
  columnsAreUsed,
]

/**
 * Reads and checks a metadata file.
 * @param file its name, for the faults
 * @returns the checked model, or all that is wrong in the order of the file
 */
export function loadMetadata(file: string, text: string): LoadedMetadata {
  const parsed = parseYaml(file, text)
  if (parsed.kind === 'faults') return parsed
  const { document } = parsed
  const { draft, faults: shapeFaults } = readDraft(document)
  const faults = [...shapeFaults]
  const report: Report = (path, message, place = 'value') => {
    const position = place === 'key' ? document.keyPosition(path) : document.position(path)
    faults.push({ position, path, message })
  }
  for (const rule of rules) rule(draft, report)
  return faults.length === 0 ? { kind: 'ok', metadata: draft.metadata } : { kind: 'faults', faults: sortFaults(faults) }
}
