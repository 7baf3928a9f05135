import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createStage, type Stage } from './stage/stage.ts'
import { TOPICS } from './topics/topics.ts'

describe.each(TOPICS)('$name', (topic) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await createStage(topic)
  })
  afterAll(() => stage.close())

  test.each(topic.cases)('%s: as one server answers, in process and over HTTP', async (_, query, options = {}) => {
    const { variables = {}, operationName, fetches } = options
    const expected = await stage.monolith(query, variables, operationName)
    const runs = [
      await stage.inProcess(query, variables, operationName),
      await stage.overHttp(query, variables, operationName),
    ]
    expect(runs.map(({ answer }) => answer)).toEqual([expected, expected])
    if (fetches) expect(runs.map((run) => run.fetches)).toEqual([fetches, fetches])
  })
})
