import type { z } from 'zod'
import { byteSize } from '../../config/byte-size.ts'
import { certificateFile, keyFile } from '../../config/database-url/pem-file.ts'
import { requireAuth } from '../../config/database-url/require-auth.ts'
import { duration, positiveDuration } from '../../config/duration.ts'
import { functionName } from '../../config/function-name.ts'
import { hostPort } from '../../config/host-port.ts'
import { headerName, httpUrl } from '../../config/http.ts'
import { licenseKey } from '../../config/license-key.ts'
import { secret } from '../../config/secret.ts'

/** What reads a configuration key of each `format`: texts that mean more than a text. */
export const configFormats = {
  byte_size: byteSize,
  certificate_file: certificateFile,
  duration,
  function_name: functionName,
  header_name: headerName,
  host_port: hostPort,
  http_url: httpUrl,
  key_file: keyFile,
  license_key: licenseKey,
  positive_duration: positiveDuration,
  require_auth: requireAuth,
  secret,
} as const satisfies Record<string, z.ZodType>

export type ConfigFormat = keyof typeof configFormats
