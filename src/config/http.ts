import { z } from 'zod'

/** An address that requests go to, in a configuration file. */
export const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'expected an address such as https://otlp.example.com:4318',
})

/** The name of a header. */
export const headerName = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is not a header name')
