import { z } from 'zod'
import { secretOf } from './secret.ts'

/** New Relic's license key (ingest) in a configuration file; a Secret after parsing. */
export const licenseKey = secretOf(
  z
    .string()
    .min(1, 'must not be empty; set it to a New Relic license key, or check the variable that it comes from')
    .regex(/^[!-~]*$/, 'holds blanks or characters that no license key has')
    .refine((key) => !/^NRAK/i.test(key), 'is a user key, which cannot send data; a license key (ingest) is needed'),
)
