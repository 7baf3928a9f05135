import type { PoolClient } from 'pg'
import { fateBy } from './connection-fate.ts'
import { hasCode } from './error-code.ts'
import { createLanes, type LanesOptions, type Send, type Statement } from './lanes.ts'
import type { Cancellable, Cancellation } from '../cancellation/cancellation.ts'

/** Done twice it is done once: asked again on another connection when the one that carried it is lost. */
const READS = /^\s*select\b/i
/**
 * How often a statement may be the one at work when its connection is lost, or be told that it was not prepared: more
 * often, and it may be the reason.
 */
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

/** The server was told to end a statement, or ended one that took too long. */
const ENDED = '57014'

/**
 * Sends statements by themselves, each a transaction of its own under its own scope, over connections that they share.
 * One that reads and was underway when its connection was lost is sent again; so is one that was ended in the place of
 * another; and so is one that relied on another of its text to be prepared, where that one ended before it was: it has
 * done nothing. One that nobody waits for any more rejects with the reason of that.
 */
export const createSharedStatements = (options: LanesOptions) => {
  const lanes = createLanes(options)
  return <T>(text: string, submit: Submit<T>, cancellation?: Cancellation): Promise<T> => {
    if (cancellation?.reason !== undefined) return Promise.reject(cancellation.reason)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    let losses = 0
    const fail = (error: unknown): void => {
      cancellation?.leave(cancellable)
      reject(cancellation?.reason ?? error)
    }
    const send: Send = (client, answered) => {
      const answer = once<Parameters<Answer<T>>>((error, result) => {
        if (!error) {
          answered('sound')
          cancellation?.leave(cancellable)
          resolve(result)
          return
        }
        const fate = fateBy(error)
        const { wasAtWork, isBystander } = answered(fate)
        if (wasAtWork) losses += 1
        const isLost = fate === 'lost' && losses < LOSSES && READS.test(text)
        const isUnprepared = fate === 'unusable' && losses < LOSSES
        const isWanted = cancellation?.reason === undefined
        const isEndedForAnother = isBystander && hasCode(error, ENDED)
        if (isWanted && (isLost || isUnprepared || isEndedForAnother)) lanes.carry(statement)
        else fail(error)
      })
      submit(client, answer)
    }
    const statement: Statement = { send, fail }
    const cancellable: Cancellable = { cancel: (reason) => lanes.abandon(statement, reason) }
    cancellation?.enter(cancellable)
    lanes.carry(statement)
    return promise
  }
}
