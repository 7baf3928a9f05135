import { catalogued } from '../../../platform/errors/catalogue.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { Category } from '../template/model.ts'
import type { NotificationFilter } from './view.ts'

/** The arguments of the list that say which notifications are wanted. */
export interface FilterArguments {
  readonly unreadOnly?: boolean | null | undefined
  readonly filter?:
    | {
        readonly unreadOnly?: boolean | null | undefined
        readonly includeDismissed?: boolean | null | undefined
        readonly categories?: readonly Category[] | null | undefined
        readonly templates?: readonly string[] | null | undefined
        readonly projectId?: string | null | undefined
      }
    | null
    | undefined
}

const MAX_TEMPLATES = 50

/** Throws `INVALID_INPUT` for too many templates, and `INVALID_ID`. */
export const notificationFilter = ({ unreadOnly, filter }: FilterArguments): NotificationFilter => {
  const { categories, templates, projectId } = filter ?? {}
  if ((templates?.length ?? 0) > MAX_TEMPLATES) {
    const message = `A filter names ${String(MAX_TEMPLATES)} templates at most.`
    throw catalogued('INVALID_INPUT', { argument: 'filter.templates', limit: MAX_TEMPLATES }, { message })
  }
  return {
    unreadOnly: unreadOnly === true || filter?.unreadOnly === true,
    dismissed: filter?.includeDismissed === true ? 'included' : 'left-out',
    categories: categories ?? undefined,
    templates: templates ?? undefined,
    projectId: typeof projectId === 'string' ? parseIdOrThrow('prj', projectId, 'filter.projectId').local : undefined,
  }
}
