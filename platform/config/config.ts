import { catalogued } from '../errors/catalogue.ts'
import { forbiddenIn } from './forbidden.ts'
import type { Setting } from './setting.ts'
import { contradictionsIn } from './rules.ts'
import { SETTINGS } from './settings.ts'

/** The settings of a process, read once at start. */
export type Config = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads every setting from the environment. Throws one `CONFIG_INVALID` whose message names every variable at fault,
 * what is wrong with it, and an example. A variable that is empty counts as unset. `required` names optional
 * settings that this program cannot do without.
 */
export const readConfig = <Required extends keyof Config = never>(
  environment: Environment = process.env,
  required: readonly Required[] = [],
): Config & { readonly [Name in Required]: NonNullable<Config[Name]> } => {
  const { values, findings } = readAll(environment)
  const missing = required.filter((name) => values[name] === undefined && !findings.some(isAbout(name)))
  const problems = [
    ...findings.map(({ text }) => text),
    ...missing.map((name) => line(name, 'is needed', undefined)),
    ...contradictionsIn(values)
      .filter(({ setting }) => !findings.some(isAbout(setting)))
      .map(({ setting, reason }) => line(setting, reason, undefined)),
    ...forbiddenIn(environment),
  ]
  if (problems.length > 0) throw catalogued('CONFIG_INVALID', {}, { message: report(problems) })
  return values as Config & { readonly [Name in Required]: NonNullable<Config[Name]> } // every setting was read without a finding, and no required one is missing
}

interface Finding {
  readonly setting: keyof Config
  readonly text: string
}

const isAbout = (name: keyof Config) => (finding: Finding) => finding.setting === name

const isSettingName = (name: string): name is keyof Config => Object.hasOwn(SETTINGS, name)

const readAll = (environment: Environment): { values: Partial<Config>; findings: readonly Finding[] } => {
  const values: Record<string, unknown> = {}
  const findings: Finding[] = []
  for (const name of Object.keys(SETTINGS).filter(isSettingName)) {
    const setting: Setting<unknown> = SETTINGS[name]
    const text = environment[setting.variable]?.trim()
    const parsed = setting.schema.safeParse(text === '' ? undefined : text)
    if (parsed.success) values[name] = parsed.data
    else findings.push({ setting: name, text: line(name, `must be ${setting.expected}`, text) })
  }
  return { values, findings } // each value was read by the schema of its own setting
}

const line = (name: keyof Config, problem: string, value: string | undefined): string => {
  const { variable, exposure, example }: Setting<unknown> = SETTINGS[name]
  const found = value === undefined || exposure === 'secret' ? '' : `, but is ${JSON.stringify(value.slice(0, 100))}`
  return `${variable} ${problem}${found}. Example: ${variable}=${example}`
}

const report = (problems: readonly string[]): string =>
  ['The settings are not valid:', ...problems.map((problem) => `  - ${problem}`)].join('\n')
