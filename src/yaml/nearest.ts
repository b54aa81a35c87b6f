/** The candidate with the fewest edits to the word, if it is close enough to be what was meant. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (best === undefined || distance < best.distance) best = { candidate, distance }
  }
  if (best === undefined || best.distance > Math.max(2, Math.floor(word.length / 2))) return undefined
  // Replacing every letter makes any short word of any other.
  return best.distance < Math.max(word.length, best.candidate.length) || best.distance === 0
    ? best.candidate
    : undefined
}

/** Of several words, e.g. ways to read a text, the one that is closest to a candidate; the first of equals. */
export function closestWord(words: readonly string[], candidates: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly distance: number } | undefined
  for (const word of words) {
    const guess = nearest(word, candidates)
    if (guess === undefined) continue
    const distance = editDistance(word.toLowerCase(), guess.toLowerCase())
    if (best === undefined || distance < best.distance) best = { word, distance }
  }
  return best?.word
}

/** Levenshtein's distance: insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
