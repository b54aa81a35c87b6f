import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'

/** What every template gets beside its view. */
export interface Page<View> {
  readonly banner: string
  /** The way from the output folder to `src`, for imports. */
  readonly src: string
  readonly view: View
}

/** Renders a template of the folder beside this file. A name that the page doesn't have is an error. */
export function render<View>(template: string, page: Page<View>): string {
  const text = readFileSync(join(import.meta.dirname, 'templates', `${template}.hbs`), 'utf8')
  return Handlebars.compile<Page<View>>(text, { strict: true, noEscape: true, knownHelpersOnly: true })(page)
}
