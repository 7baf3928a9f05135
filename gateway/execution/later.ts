import { isPromise } from '../../platform/graphql/execution/execution.ts'

/** What is there at once, or what has to be waited for. */
export type Prompt<T> = T | Promise<T>

/** Whether it has to be waited for. By its method: a promise may be one of another realm. */
export const isLater = <T>(value: Prompt<T>): value is Promise<T> => isPromise(value)
