/**
 * A command of a page that is held to what the page says it prints.
 * @typedef {{ command: string, answer: unknown }} Example answer: the JSON printed below the command; undefined: it only has to succeed.
 */

/**
 * The fences marked ```sh ci, each with the ```json fence that follows it before the next command.
 * @param {string} page
 * @returns {Example[]}
 */
export const examplesIn = (page) => {
  const fences = [...page.matchAll(/^```(\S+)([^\n]*)\n([^]*?)^```$/gm)].map(([, language, mark, text = '']) => ({
    isExample: language === 'sh' && mark?.trim() === 'ci',
    isAnswer: language === 'json',
    text,
  }))
  return fences.flatMap(({ isExample, text }, index) => {
    if (!isExample) return []
    const next = fences[index + 1]
    return [{ command: text, answer: next?.isAnswer ? JSON.parse(next.text) : undefined }]
  })
}

/**
 * Where an answer differs from the printed one, as paths with both values. In the printed one "…" stands for any text
 * (ids, instants), alone or within a text.
 * @param {unknown} printed
 * @param {unknown} actual
 * @returns {string[]}
 */
export const differences = (printed, actual, path = '$') => {
  if (typeof printed === 'string' && typeof actual === 'string' && printed.includes('…')) {
    const pattern = printed.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    if (new RegExp(`^${pattern.join('[^]*')}$`).test(actual)) return []
  } else if (isObject(printed) && isObject(actual) && Array.isArray(printed) === Array.isArray(actual)) {
    const keys = new Set([...Object.keys(printed), ...Object.keys(actual)])
    return [...keys].flatMap((key) => differences(printed[key], actual[key], `${path}.${key}`))
  }
  return Object.is(printed, actual) ? [] : [`${path}: the page has ${say(printed)}, the answer has ${say(actual)}`]
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
const isObject = (value) => typeof value === 'object' && value !== null

/** @param {unknown} value */
const say = (value) => (value === undefined ? 'nothing' : JSON.stringify(value))
