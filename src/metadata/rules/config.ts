import type { Rule } from '../draft.ts'

const derived = ['events', 'intervals', 'limits', 'metrics', 'resource_attributes']

/** Some configuration keys follow from the other sections. */
export const configNamesAreFree: Rule = ({ metadata }, report) => {
  for (const name of derived) {
    if (Object.hasOwn(metadata.config, name)) {
      report(['config', name], 'is derived from the other sections and needs no entry here', 'key')
    }
  }
}
