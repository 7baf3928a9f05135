import type { Id } from '../../../platform/ids/id.ts'

export type AppId = Id<'app'>

/** Something that a project runs. */
export interface App {
  readonly id: AppId
  readonly name: string
  readonly createdAt: Date
}

export type CreateAppRefusal = 'NAME_INVALID' | 'NAME_TAKEN'
