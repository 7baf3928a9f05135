import { SECRET_NAME_IN_TEXT } from './secret-names.ts'

export const REDACTED = '[redacted]'

interface TextRule {
  readonly pattern: RegExp
  readonly replacement: string
}

/** Lengths are bounded, so that no text takes more than linear time; quotes stay, so that a line of JSON stays JSON. */
const CREDENTIALS: readonly TextRule[] = [
  { pattern: /eyJ[\w-]{6,1024}\.[\w-]+(?:\.[\w-]*){0,3}/g, replacement: REDACTED },
  { pattern: /gpk_[\w-]{8,}/g, replacement: REDACTED },
  {
    pattern:
      /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^"']{0,8192}?(?:-----END [A-Z ]{0,20}PRIVATE KEY-----|(?=["'])|$)/g,
    replacement: REDACTED,
  },
  { pattern: /\b(bearer|basic|dpop)\s+[\w.~+/=-]{8,}/gi, replacement: `$1 ${REDACTED}` },
  { pattern: /(:\/\/[^\s"'\\/:@]{0,256}):(?!\d{1,5}[/?#])[^\s"'\\]{1,512}@/g, replacement: `$1:${REDACTED}@` },
]

/**
 * A value after its name. Quoted ones may stand in JSON inside of JSON: the closing quote has as many backslashes as
 * the opening one; a quote without any ends the text that holds both.
 */
const ASSIGNMENTS: readonly TextRule[] = [
  {
    pattern: new RegExp(
      `(${SECRET_NAME_IN_TEXT}\\\\*["']?\\s{0,8}[=:]\\s{0,8})(\\\\*)(["'])(?:(?!(?<!\\\\)(?:\\2)?\\3|(?<!\\\\)")[^]){0,8192}`,
      'gi',
    ),
    replacement: `$1$2$3${REDACTED}`,
  },
  { pattern: new RegExp(`(${SECRET_NAME_IN_TEXT}=)[^\\s"'\\\\&;,]+`, 'gi'), replacement: `$1${REDACTED}` },
]

const replaceAll = (text: string, rules: readonly TextRule[]): string =>
  rules.reduce((rest, { pattern, replacement }) => rest.replace(pattern, replacement), text)

/** Takes credentials out of any text, a line of JSON included: tokens, API keys, private keys, passwords in URLs. */
export const redactText = (text: string): string => replaceAll(replaceAll(text, CREDENTIALS), ASSIGNMENTS)

/** Whether a text is, or holds, something shaped like a credential. */
export const looksSecret = (text: string): boolean => replaceAll(text, CREDENTIALS) !== text
