const { default: Sequencer } = require('@jest/test-sequencer')

const isWide = ({ context }) => context.config.displayName?.name === 'e2e'

/**
 * Runs what starts whole products before what tests one file, however long each took last: on a fresh clone nobody knows,
 * and a long one that begins last leaves all workers but its own idle.
 */
module.exports = class TestOrder extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests)
    return [...sorted.filter(isWide), ...sorted.filter((test) => !isWide(test))]
  }
}
