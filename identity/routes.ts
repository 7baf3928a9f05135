import type { FastifyInstance } from 'fastify'
import type { IdentityProvider } from './provider.ts'

/**
 * Mounts the provider under `path`. `current` is asked at each request: the issuer holds the port, which is known only
 * once the server listens. Until then the answer is 503.
 */
export const registerIdentityRoutes = async (
  app: FastifyInstance,
  path: string,
  current: () => IdentityProvider | undefined,
): Promise<void> => {
  // A scope of its own, so that bodies reach the provider unread here and parsed everywhere else.
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    scope.all(`${path}/*`, async (request, reply) => {
      const provider = current()
      if (provider === undefined) return reply.code(503).header('retry-after', '1').send()
      reply.hijack()
      await provider.handle(request.raw, reply.raw)
    })
    done()
  })
}
