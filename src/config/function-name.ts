import { z } from 'zod'

const identifier = '[a-z_][a-z0-9_]{0,62}'

/** The name of a function in a configuration file, with its schema: two plain lower-case words. */
export const functionName = z
  .string()
  .regex(new RegExp(`^${identifier}\\.${identifier}$`), 'expected a schema and a name, such as otelephant.explain')
