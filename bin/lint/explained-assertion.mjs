/**
 * A lint rule: `as` asserts what the compiler cannot see, so a comment says why it is true: on its lines, or on the line
 * above it or above its statement. `as const` asserts nothing.
 * @type {import('eslint').Rule.RuleModule}
 */
export const explainedAssertion = {
  meta: {
    type: 'suggestion',
    messages: { unexplained: 'Say in a comment why this `as` is true, or parse instead.' },
    schema: [],
  },
  create: (context) => {
    const commented = new Set(context.sourceCode.getAllComments().flatMap(({ loc }) => (loc ? linesOf(loc) : [])))
    /** @param {import('eslint').Rule.Node} node */
    const check = (node) => {
      if (context.sourceCode.getText(node).endsWith(' as const')) return
      const lines = [startOf(node) - 1, startOf(enclosingStatement(node)) - 1, ...(node.loc ? linesOf(node.loc) : [])]
      if (!lines.some((line) => commented.has(line))) context.report({ node, messageId: 'unexplained' })
    }
    return { TSAsExpression: check }
  },
}

/**
 * @param {import('eslint').Rule.Node} node
 * @returns {import('eslint').Rule.Node}
 */
const enclosingStatement = (node) =>
  /Statement$|Declaration$|Definition$|^Property$|^Program$/.test(node.type) || !node.parent
    ? node
    : enclosingStatement(node.parent)

/** @param {import('eslint').Rule.Node} node */
const startOf = (node) => node.loc?.start.line ?? 0

/** @param {import('eslint').AST.SourceLocation} loc */
const linesOf = ({ start, end }) => Array.from({ length: end.line - start.line + 1 }, (_, index) => start.line + index)
