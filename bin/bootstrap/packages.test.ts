import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { inProject } from './project.mjs'

interface LockedPackage {
  readonly version?: string
  readonly optional?: boolean
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}

const { packages } = JSON.parse(readFileSync(inProject('package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}

/** Where npm finds a package from within another: in the nearest node_modules upwards. */
const resolves = (from: string, name: string): boolean => {
  if (packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`]) return true
  return from !== '' && resolves(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name)
}

// npm leaves out what it could not look up for another platform, and `npm ci` then refuses the file.
test('the lock file holds the optional packages of every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !resolves(path, name))
      .map((name) => `${name} of ${path}`),
  )
  expect(missing).toEqual([])
})

test('direct dependencies are pinned exactly', () => {
  const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = packages[''] ?? {}
  const direct = { ...dependencies, ...devDependencies, ...optionalDependencies }
  expect(Object.keys(direct).length).toBeGreaterThan(30)
  expect(Object.entries(direct).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})
