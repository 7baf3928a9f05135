/** How much output a client may leave unacknowledged before its program is paused, and how much of the end is kept. */
export const WINDOW_BYTES = 1024 * 1024

/** The most bytes of input that a client may have sent beyond the last `input-ack`. */
export const INPUT_WINDOW_BYTES = 262_144
