import { stderr } from 'node:process'
import { type Logger as PinoLogger, pino, stdSerializers, stdTimeFunctions } from 'pino'
import { prettyFactory } from 'pino-pretty'
import type { LogFields, Logger } from './logger.ts'

export const logLevels = ['error', 'warn', 'info', 'debug'] as const

export type LogLevel = (typeof logLevels)[number]

/** Where lines go, e.g. `process.stderr`. */
export interface LogStream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

export interface LoggerSettings {
  /** The least that is logged. Default: `info`. */
  readonly level?: LogLevel
  /** Default: standard error, because standard output is for what a command is asked to print. */
  readonly stream?: LogStream
  /** Lines for people instead of JSON. Default: whether the stream is a terminal. */
  readonly pretty?: boolean
}

const secretKeys = ['password', 'api_key', 'api-key', 'apiKey', 'authorization', 'Authorization']

/** A secret is struck out this deep in a line's fields. */
const secretPaths = ['', '*', '*.*', '*.*.*'].flatMap((prefix) => secretKeys.map((key) => `${prefix}["${key}"]`))

/** A logger that writes one line a call: JSON with an ISO time, an error with its causes, secrets struck out. */
export function createLogger(settings: LoggerSettings = {}): Logger {
  const stream = settings.stream ?? stderr
  return adapt(
    pino(
      {
        level: settings.level ?? 'info',
        base: null,
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { error: stdSerializers.errWithCause },
        redact: { paths: secretPaths, censor: '[redacted]' },
      },
      (settings.pretty ?? stream.isTTY === true) ? prettyStream(stream) : stream,
    ),
  )
}

/** Formats in place: a pino transport would be a thread, and lose the last lines of a process that ends. */
function prettyStream(stream: LogStream): LogStream {
  const format = prettyFactory({
    colorize: stream.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    errorLikeObjectKeys: ['error'],
    singleLine: true,
  })
  return { write: (line) => stream.write(format(line)) }
}

function adapt(logger: PinoLogger): Logger {
  return {
    error: (message, fields = {}) => logger.error(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    debug: (message, fields = {}) => logger.debug(fields, message),
    child: (fields: LogFields) => adapt(logger.child(fields)),
  }
}
