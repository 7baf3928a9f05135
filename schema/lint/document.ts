import { LINT_RULES, type LintRule } from './rules.ts'

const INTRODUCTION = `# Lint of the graph

Every subgraph is linted before composition, and the supergraph after it, by
\`npm run --silent compose -- --subgraphs FOLDER\` ([compose.md](compose.md)) and, for this product's own graph, by
\`npm run compose:check\`. A gateway lints the supergraph that it is given and refuses to start on one with findings.

A finding is one line, with tabs between: the coordinate, the rule's id, and what is wrong with its remedy. Ids are
stable. A warning says so and fails nothing. Directives are known by their link,
\`https://specs.gpuaas.dev/scope/v1.0\`, whatever a graph calls them; a directive that only has a name of the family is
found by \`directive-identity\`.

This page is made from the rules themselves (\`npm run docs\`).
`

const section = ([id, rule]: readonly [string, LintRule]): string =>
  [
    `## \`${id}\``,
    ...(rule.severity === 'warning' ? ['A warning.'] : []),
    `**What.** ${rule.breaks}`,
    `**Why.** ${rule.why}`,
    `**What to do.** ${rule.remedy}`,
    `\`\`\`graphql\n${rule.example}\n\`\`\``,
  ].join('\n\n')

/** `docs/guides/lint.md`. */
export const lintPage = (): string => [INTRODUCTION, ...Object.entries(LINT_RULES).map(section)].join('\n\n')
