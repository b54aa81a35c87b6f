import { choices } from '../../../../generated/otlp/config.ts'

/** As the configuration has them; stored requests name theirs. */
export const encodings = choices.encoding

/** How OTLP is written: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export type Encoding = (typeof encodings)[number]
