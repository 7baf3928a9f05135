import type { PoolClient } from 'pg'
import { fateBy } from './connection-fate.ts'
import { createLanes, type LanesOptions, type Send } from './lanes.ts'

/** Done twice it is done once: asked again on another connection when the one that carried it is lost. */
const READS = /^\s*select\b/i
/** How often a statement may be the one at work when that happens: then it may be the reason. */
const LOSSES = 2

/** The driver tells some mistakes in a statement's values twice. */
const once = <A extends readonly unknown[]>(act: (...args: A) => void): ((...args: A) => void) => {
  let isDone = false
  return (...args) => {
    if (isDone) return
    isDone = true
    act(...args)
  }
}

/** What becomes of a statement: an error, or what it gave. */
export type Answer<T> = (error: Error | null | undefined, result: T) => void

/** Gives one statement to a connection, which is done with it when it answers. */
export type Submit<T> = (client: PoolClient, answer: Answer<T>) => void

/**
 * Sends statements by themselves, each a transaction of its own under its own scope, over connections that they share.
 * One that reads and was underway when its connection was lost is sent again.
 */
export const createSharedStatements = (options: LanesOptions) => {
  const lanes = createLanes(options)
  return <T>(text: string, submit: Submit<T>): Promise<T> =>
    new Promise((resolve, reject: (error: unknown) => void) => {
      let losses = 0
      const carry = (): void => {
        lanes.carry({ send, fail: reject })
      }
      const send: Send = (client, answered) => {
        const answer = once<Parameters<Answer<T>>>((error, result) => {
          if (!error) {
            answered('sound')
            resolve(result)
            return
          }
          const fate = fateBy(error)
          const { wasAtWork } = answered(fate)
          if (wasAtWork) losses += 1
          if (fate === 'lost' && losses < LOSSES && READS.test(text)) carry()
          else reject(error)
        })
        submit(client, answer)
      }
      carry()
    })
}
