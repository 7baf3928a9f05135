declare const brand: unique symbol

/** A value of type `Base` that was checked once to be a `Name`; the compiler keeps it apart from its unchecked kin. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name }
