/** The result of `work`, or a failure when it takes longer. `work` itself goes on; its late failure is ignored. */
export const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new Error(`took longer than ${Math.round(ms).toString()} ms`))
  }, ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
