import type { Component } from '../platform/lifecycle/component.ts'

/** A component that those after it use, once it has started. */
export interface Part<T> extends Component {
  /** Throws before the start: the order of the components is wrong then. */
  readonly value: T
}

export interface PartOptions<T> {
  readonly name: string
  readonly remedy: string
  readonly open: () => Promise<T> | T
  readonly close?: (value: T) => Promise<void> | void
}

export const part = <T>({ name, remedy, open, close }: PartOptions<T>): Part<T> => {
  let opened: { readonly value: T } | undefined
  return {
    name,
    remedy,
    get value(): T {
      if (opened === undefined) throw new Error(`${name} is used before it has started`)
      return opened.value
    },
    start: async () => {
      const value = await open()
      opened = { value }
      return { stop: async () => close?.(value) }
    },
  }
}
