import { catalogued } from '../../../platform/errors/catalogue.ts'
import { parseIdOrThrow } from '../../../platform/graphql/parse-id.ts'
import type { AuditEntryFilterInput } from '../resolver-types.ts'
import { MAX_VERIFIED, type AuditEntryFilter, type ChainSection, type ChainVerification } from './model.ts'

/** The filter as the graph has it. Throws `INVALID_ID` for what is no project's id. */
export const filterOf = (input: AuditEntryFilterInput | null | undefined): AuditEntryFilter => {
  const { projectId, ...filter } = input ?? {}
  if (typeof projectId !== 'string') return filter
  return { ...filter, projectId: parseIdOrThrow('prj', projectId, 'filter.projectId') }
}

interface SectionArguments {
  readonly fromSequence?: number | null | undefined
  readonly limit?: number | null | undefined
}

const DEFAULT_LIMIT = 10_000

const within = (argument: string, value: number, most: number): number => {
  if (value >= 1 && value <= most) return value
  const message = `\`${argument}\` must be between 1 and ${String(most)}.`
  throw catalogued('INVALID_INPUT', { argument, limit: most, requested: value }, { message })
}

/** Which part of a chain is asked for. Throws `INVALID_INPUT` for one out of bounds. */
export const sectionOf = ({ fromSequence, limit }: SectionArguments): ChainSection => ({
  fromSequence: within('fromSequence', fromSequence ?? 1, Number.MAX_SAFE_INTEGER),
  limit: within('limit', limit ?? DEFAULT_LIMIT, MAX_VERIFIED),
})

export const verificationOf = (verification: ChainVerification) => {
  const { checked, nextSequence = null, broken = null, checkpoint, verified } = verification
  return {
    ...{ intact: broken === null, checked, nextSequence, firstBroken: broken },
    lastCheckpoint:
      checkpoint === undefined ? null : { ...checkpoint, signedAt: new Date(checkpoint.signedAt), verified },
  }
}
