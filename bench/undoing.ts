/** Undoes what was done, the last first, whatever one of the steps says. */
export const undoing = () => {
  const steps: (() => Promise<void>)[] = []
  return {
    add: (step: () => Promise<void>) => void steps.unshift(step),
    all: async () => {
      for (const step of steps.splice(0)) {
        await step().catch((error: unknown) => {
          console.error(error)
        })
      }
    },
  }
}
