/** What the server shows of its own vacuuming, which is no SQL (src/backend/postmaster/autovacuum.c). */
const announced = /^autovacuum: ((?:VACUUM(?: ANALYZE)?|ANALYZE) .*?)(?: \(to prevent wraparound\))?$/s

/** The command that an autovacuum worker says to run; `undefined` for any other text. */
export function autovacuumCommand(sql: string): string | undefined {
  return announced.exec(sql)?.[1]
}
