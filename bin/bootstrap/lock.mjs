import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode } from './error-code.mjs'
import { say } from './say.mjs'

const HEARTBEAT_MS = 5_000
const STALE_AFTER_MS = 60_000
const LOOK_AGAIN_MS = 200

/** @typedef {{ nonce: string, pid: number, host: string }} Owner */

/**
 * Runs the work while no other process of this checkout does. A lock whose owner is dead, or has not shown a sign of
 * life for a minute, is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export const withLock = async (file, work) => {
  const nonce = await acquire(file)
  const heartbeat = setInterval(() => {
    touch(file)
  }, HEARTBEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    if (readOwner(file)?.nonce === nonce) remove(file)
  }
}

/** @param {string} file */
const acquire = async (file) => {
  mkdirSync(dirname(file), { recursive: true })
  const nonce = randomUUID()
  for (let announced = false; ;) {
    if (create(file, JSON.stringify({ nonce, pid: process.pid, host: hostname() }))) return nonce
    if (isStale(file)) takeOver(file)
    else {
      if (!announced) say(`waiting for process ${readOwner(file)?.pid ?? 'unknown'}, which is setting up this checkout`)
      announced = true
      await wait(LOOK_AGAIN_MS)
    }
  }
}

/**
 * Only the holder of the claim may remove a dead owner's lock, and only while it still is that owner's: two processes
 * that find the same stale lock cannot remove each other's fresh one.
 * @param {string} file
 */
const takeOver = (file) => {
  const owner = readOwner(file)
  const claim = `${file}.${owner?.nonce ?? 'unreadable'}`
  if (!create(claim, String(process.pid))) {
    if (ageOf(claim) > STALE_AFTER_MS) remove(claim)
    return
  }
  if (readOwner(file)?.nonce === owner?.nonce && isStale(file)) remove(file)
  remove(claim)
}

/** @param {string} file */
const isStale = (file) => {
  const age = ageOf(file)
  if (age > STALE_AFTER_MS) return true
  const owner = readOwner(file)
  return owner?.host === hostname() && !isAlive(owner.pid)
}

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/**
 * @param {string} file
 * @returns {Owner | undefined}
 */
const readOwner = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined // gone, or its owner is just writing it
  }
}

/** @param {string} file */
const ageOf = (file) => {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch {
    return 0
  }
}

/**
 * False when the file is there already.
 * @param {string} file
 * @param {string} content
 */
const create = (file, content) => {
  try {
    writeFileSync(file, content, { flag: 'wx' })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
const remove = (file) => {
  try {
    unlinkSync(file)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

/** @param {string} file */
const touch = (file) => {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}
