/** How many the server knows. */
export const statementCount = 5_000
/** Of the server's texts, about. */
export const textBytes = 10_000

/** Enough for more numbers than there are statements. */
const bits = 13

/**
 * A report over the table `orders`, which takes an order's id. PostgreSQL tells them apart by which columns they show,
 * so that the first columns are the number's bits; the names make it long.
 */
export function longStatement(number: number): string {
  const shown = Array.from(number.toString(2).padStart(bits, '0'), (bit) => (bit === '1' ? 'o.amount' : 'o.id'))
  let text = 'SELECT '
  for (let at = 0; text.length < textBytes; at++) {
    text += `${shown[at] ?? 'o.id'} AS column_${at}_of_the_monthly_report_number_${number}, `
  }
  return `${text}o.id FROM orders AS o WHERE o.id = $1`
}
