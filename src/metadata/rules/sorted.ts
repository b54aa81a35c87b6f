import { entryPath, type Rule, type Section } from '../draft.ts'

const sections: readonly Section[] = [
  'resource_attributes',
  'attributes',
  'entities',
  'queries',
  'metrics',
  'events',
  'telemetry.metrics',
]

/** Sorted sections merge without conflicts and are found without a search. */
export const entriesAreSorted: Rule = ({ declared }, report) => {
  for (const section of sections) {
    for (const [index, name] of declared[section].entries()) {
      const before = declared[section][index - 1]
      if (before !== undefined && name !== '' && name < before) {
        report(entryPath(section, name, index), `expected before ${JSON.stringify(before)}: entries are sorted`, 'key')
      }
    }
  }
}
