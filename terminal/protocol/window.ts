/** How much output a client may leave unacknowledged before its program is paused, and how much of the end is kept. */
export const WINDOW_BYTES = 1024 * 1024
