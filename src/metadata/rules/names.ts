import type { Path } from '../../yaml/fault.ts'
import { entryPath, type Report, type Rule } from '../draft.ts'

const dotted = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/
const word = /^[a-z][a-z0-9_]*$/

/** Names become identifiers, configuration keys and SQL output columns. */
export const namesAreWellFormed: Rule = ({ declared, metadata }, report) => {
  for (const section of [
    'resource_attributes',
    'attributes',
    'entities',
    'metrics',
    'events',
    'telemetry.metrics',
  ] as const) {
    for (const [index, name] of declared[section].entries()) {
      // An entity's name is the value of its type.
      const entry = entryPath(section, name, index)
      if (section === 'entities') checkName(dotted, name, [...entry, 'type'], report, 'value')
      else checkName(dotted, section === 'metrics' ? withoutVersion(name) : name, entry, report)
    }
  }
  for (const name of declared.requirements) checkName(word, name, ['requirements', name], report)
  for (const name of declared.queries) checkName(word, name, ['queries', name], report)
  for (const query of metadata.queries) {
    const path = ['queries', query.name]
    for (const column of Object.keys(query.columns)) checkName(word, column, [...path, 'columns', column], report)
    for (const [index, variant] of query.variants.entries()) {
      for (const column of Object.keys(variant.columns)) {
        checkName(word, column, [...path, 'variants', index, 'columns', column], report)
      }
    }
  }
}

/** mdatagen has several versions of one metric: `db.size@v2`. */
function withoutVersion(name: string): string {
  return name.replace(/@\w[\w.]*$/, '')
}

function checkName(form: RegExp, name: string, path: Path, report: Report, place: 'key' | 'value' = 'key'): void {
  // That a type is missing is said already.
  if (form.test(name) || name === '') return
  const separators = form === dotted ? 'underscores, in parts joined by dots' : 'underscores'
  report(path, `expected a name of small letters, digits and ${separators}, found ${JSON.stringify(name)}`, place)
}
