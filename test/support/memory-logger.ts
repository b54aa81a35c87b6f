import type { LogFields, Logger } from '../../src/telemetry/logger.ts'

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug'
  readonly message: string
  readonly fields: LogFields
}

/** A logger that keeps its lines for a test to read. */
export function memoryLogger(lines: LogLine[] = [], bound: LogFields = {}): Logger & { readonly lines: LogLine[] } {
  const at = (level: LogLine['level']) => (message: string, fields?: LogFields) => {
    lines.push({ level, message, fields: { ...bound, ...fields } })
  }
  return {
    lines,
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (fields) => memoryLogger(lines, { ...bound, ...fields }),
  }
}
