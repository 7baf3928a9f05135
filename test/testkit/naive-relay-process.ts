import { Client } from 'pg'
import { v7 } from 'uuid'
import { createPostgresBackbone } from '../../platform/events/postgres-backbone.ts'
import { deletePublished, readPending } from '../../platform/events/outboxes.ts'
import type { Uuid } from '../../platform/ids/id.ts'

/**
 * The relays that everybody writes first, killed as `kill -9` does within their first batch; what they get wrong is
 * found by the tests that say that the real one loses and repeats nothing:
 * `node naive-relay-process.ts <url> <deletes-first | names-anew>`.
 */
const [url = '', kind = ''] = process.argv.slice(2)

const client = new Client({ connectionString: url })
await client.connect()
const backbone = createPostgresBackbone({ url })
const pending = await readPending(client, 200)
if (kind === 'deletes-first') await deletePublished(client, pending)
// An event that gets its id when it is published is another one when it is published again.
else await backbone.publish(pending.events.map((event) => ({ ...event, id: v7() as Uuid }))) // canonical by construction
process.kill(process.pid, 'SIGKILL')
