import { FORBIDDEN } from './forbidden.ts'
import type { Setting } from './setting.ts'
import { SETTING_GROUPS } from './settings.ts'

const INTRODUCTION = `# Configuration

Everything is set by environment variables. All of them are optional for \`npm start\`; a process that is only a part of
the product (\`ROLES\`) needs some, and says so. Mistakes are reported all at once, each with an example. An empty
variable counts as unset. Secrets are never logged.

A process refuses to start with a variable that turns a protection off, of the product, its libraries or the runtime:
${FORBIDDEN.map(({ example: [variable, value], because }) => `\n- \`${variable}=${value}\`: ${because}.`).join('')}
`

const section = ({ variable, expected, default: preset, example, about, exposure }: Setting<unknown>): string =>
  [
    `### ${variable}`,
    '',
    about,
    '',
    `- Value: ${expected}${exposure === 'secret' ? ' (secret)' : ''}`,
    `- Default: ${preset === undefined ? 'unset' : `\`${preset}\``}`,
    `- Example: \`${variable}=${example}\``,
    '',
  ].join('\n')

/** The text of `docs/configuration.md`. */
export const configurationPage = (): string =>
  [
    '<!-- Generated from platform/config by `npm run docs`. -->',
    '',
    INTRODUCTION,
    ...SETTING_GROUPS.flatMap(({ title, settings }) => [`## ${title}`, '', ...Object.values(settings).map(section)]),
  ].join('\n')
