import type { z } from 'zod'
import { byteSize } from '../../config/byte-size.ts'
import { certificateFile, keyFile } from '../../config/database-url/pem-file.ts'
import { requireAuth } from '../../config/database-url/require-auth.ts'
import { duration, positiveDuration } from '../../config/duration.ts'
import { functionName } from '../../config/function-name.ts'
import { hostPort } from '../../config/host-port.ts'
import { secret } from '../../config/secret.ts'

/** What reads a configuration key of each `format`: texts that mean more than a text. */
export const configFormats = {
  byte_size: byteSize,
  certificate_file: certificateFile,
  duration,
  function_name: functionName,
  host_port: hostPort,
  key_file: keyFile,
  positive_duration: positiveDuration,
  require_auth: requireAuth,
  secret,
} as const satisfies Record<string, z.ZodType>

export type ConfigFormat = keyof typeof configFormats
