import type { Brand } from '../../../platform/ids/brand.ts'
import type { Id } from '../../../platform/ids/id.ts'
import { err, ok, type Result } from '../../../platform/result/result.ts'
import type { AppId } from '../app/model.ts'

export type ReleaseId = Id<'rel'>

export const SIGNATURE_STATUSES = ['VERIFIED', 'INVALID', 'UNSIGNED', 'UNKNOWN'] as const

export type SignatureStatus = (typeof SIGNATURE_STATUSES)[number]

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Sha256Digest = Brand<string, 'Sha256Digest'>

/** An OCI image that cannot move: a repository and the digest of one manifest in it. */
export interface PinnedImage {
  readonly repository: string
  readonly digest: Sha256Digest
}

/** An image pinned by digest, with its manifest's hash and the registry's trust metadata. Never changes (R55). */
export interface Release {
  readonly id: ReleaseId
  readonly appId: AppId
  readonly image: PinnedImage
  readonly manifestHash: Sha256Digest
  readonly trust: ReleaseTrust
  readonly createdAt: Date
}

export interface ReleaseTrust {
  readonly signatureStatus: SignatureStatus
  readonly sbomDigest: Sha256Digest | null
}

export type CreateReleaseRefusal =
  'APP_NOT_FOUND' | 'DIGEST_REQUIRED' | 'IMAGE_INVALID' | 'MANIFEST_HASH_INVALID' | 'SBOM_DIGEST_INVALID'

const isDigest = (text: string): text is Sha256Digest => /^sha256:[0-9a-f]{64}$/.test(text)

export const parseDigest = (text: string): Result<Sha256Digest, 'DIGEST_INVALID'> =>
  isDigest(text) ? ok(text) : err('DIGEST_INVALID')

/** A registry's host and port, and path components as the OCI distribution specification writes them. */
const REPOSITORY = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)+$/

const LONGEST_REPOSITORY = 255

/** Reads `registry/repository@sha256:…`. A tag, alone or beside a digest, is refused: it may move (R55). */
export const parseImage = (text: string): Result<PinnedImage, 'DIGEST_REQUIRED' | 'IMAGE_INVALID'> => {
  const at = text.lastIndexOf('@')
  const [repository, digest] = [text.slice(0, at), text.slice(at + 1)]
  if (at === -1 || !isDigest(digest)) return err('DIGEST_REQUIRED')
  if (repository.length > LONGEST_REPOSITORY || !REPOSITORY.test(repository)) return err('IMAGE_INVALID')
  return ok({ repository, digest })
}

export const imageText = ({ repository, digest }: PinnedImage): string => `${repository}@${digest}`
