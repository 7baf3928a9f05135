import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { err, ok } from '../../../platform/result/result.ts'
import { imageText, parseDigest, parseImage } from './model.ts'

const DIGEST = `sha256:${'0a'.repeat(32)}`

describe('an image', () => {
  test.each(['registry.example/team/app', 'registry/repo', 'localhost:5000/a', 'r.example:443/a/b_c/d__e/f--g.h'])(
    'is a registry, a repository and a digest: %s',
    (repository) => {
      const parsed = parseImage(`${repository}@${DIGEST}`)
      expect(parsed).toEqual(ok({ repository, digest: DIGEST }))
      expect(parsed.ok && imageText(parsed.value)).toBe(`${repository}@${DIGEST}`)
    },
  )

  test.each([
    'registry.example/app:latest',
    'registry.example/app:1.2.3',
    'registry.example/app',
    'app',
    '',
    'registry.example/app@',
    'registry.example/app@latest',
    'registry.example/app@sha256:abc',
    `registry.example/app@sha512:${'0'.repeat(128)}`,
    `registry.example/app@${DIGEST.toUpperCase()}`,
    `registry.example/app@${DIGEST}\n`,
    `registry.example/app@${DIGEST} `,
  ])('without a digest is refused, for a tag may move (R55): %j', (image) => {
    expect(parseImage(image)).toEqual(err('DIGEST_REQUIRED'))
  })

  test.each([
    `registry.example/app:latest@${DIGEST}`,
    `app@${DIGEST}`,
    `@${DIGEST}`,
    `registry.example/@${DIGEST}`,
    `registry.example/App@${DIGEST}`,
    `registry.example/../app@${DIGEST}`,
    `registry.example//app@${DIGEST}`,
    `https://registry.example/app@${DIGEST}`,
    `user@registry.example/app@${DIGEST}`,
    `registry.example/${'a'.repeat(250)}@${DIGEST}`,
  ])('is refused where a digest follows no registry and repository: %s', (image) => {
    expect(parseImage(image)).toEqual(err('IMAGE_INVALID'))
  })

  test('that was parsed is written as it was, whatever was tried', () => {
    const pieces = fc.constantFrom('registry.example', 'app', '/', ':', '@', 'latest', DIGEST, 'sha256:', '-', '_', '.')
    const tried = fc.oneof(
      fc.array(pieces).map((parts) => parts.join('')),
      fc.string().map((text) => `${text}@${DIGEST}`),
    )
    fc.assert(
      fc.property(tried, (text) => {
        const parsed = parseImage(text)
        if (parsed.ok) expect(imageText(parsed.value)).toBe(text)
      }),
    )
  })

  test('of a hostile length is refused at once', () => {
    const started = performance.now()
    expect(parseImage(`${'a-'.repeat(500_000)}/@${DIGEST}`)).toEqual(err('IMAGE_INVALID'))
    expect(performance.now() - started).toBeLessThan(100)
  })
})

test.each(['', 'sha256:', `sha256:${'g'.repeat(64)}`, 'a'.repeat(64), `${DIGEST}0`])('no digest: %j', (text) => {
  expect(parseDigest(text)).toEqual(err('DIGEST_INVALID'))
})
