import { shownUpTo, sqlOf } from '../shown-text.ts'
import type { ShownText } from './statement-texts.ts'

/** Texts in groups of so many and so many characters; a longer text is cut, and alone. */
export function* batchesOf(
  texts: readonly ShownText[],
  limits: { readonly batchTexts: number; readonly batchChars: number; readonly textChars: number },
): Generator<readonly ShownText[]> {
  let batch: ShownText[] = []
  let chars = 0
  for (const text of texts) {
    const shown = shownUpTo(text, limits.textChars)
    const { length } = sqlOf(shown)
    if (batch.length > 0 && (batch.length === limits.batchTexts || chars + length > limits.batchChars)) {
      yield batch
      batch = []
      chars = 0
    }
    batch.push(shown)
    chars += length
  }
  if (batch.length > 0) yield batch
}
