import { run } from './child.mjs'
import { Refusal } from './say.mjs'

/**
 * Runs npm with the given runtime. Flags beat what an outer `npm run --silent` or NODE_ENV=production left in the
 * environment: errors are shown, development tools are installed.
 * @param {readonly string[]} args
 * @param {{ runtime: string, env: NodeJS.ProcessEnv, cwd?: string, purpose: string }} options
 */
export const npm = async (args, { runtime, env, cwd, purpose }) => {
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  const cli = process.env['npm_execpath']
  const [file, first] = cli?.endsWith('npm-cli.js') ? [runtime, [cli]] : ['npm', []]
  const code = await run(file, [...first, ...args, ...quiet], { env, output: 'progress', ...(cwd && { cwd }) })
  if (code !== 0) {
    throw new Refusal(
      `${purpose}: npm ${args[0]} ended with ${code}. Is the registry reachable? \`npm ping\` tells; then run the same command again.`,
    )
  }
}
