/** Texts in groups of so many and so many characters; a longer text is cut, and alone. */
export function* batchesOf(
  texts: readonly string[],
  limits: { readonly batchTexts: number; readonly batchChars: number; readonly textChars: number },
): Generator<readonly string[]> {
  let batch: string[] = []
  let chars = 0
  for (const text of texts) {
    // Half a surrogate pair has no UTF-8.
    const whole = text.slice(0, limits.textChars).toWellFormed()
    if (batch.length > 0 && (batch.length === limits.batchTexts || chars + whole.length > limits.batchChars)) {
      yield batch
      batch = []
      chars = 0
    }
    batch.push(whole)
    chars += whole.length
  }
  if (batch.length > 0) yield batch
}
