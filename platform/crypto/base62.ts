const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Bytes as a number to base 62, padded to `length` digits: one word for whoever selects or scans it. */
export const toBase62 = (bytes: Uint8Array, length: number): string => {
  let rest = bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  while (rest > 0n) {
    text = DIGITS.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text.padStart(length, '0')
}

/** What `toBase62` was given; undefined for text that is not of these digits, or says more than `size` bytes hold. */
export const fromBase62 = (text: string, size: number): Buffer | undefined => {
  let value = 0n
  for (const digit of text) {
    const at = DIGITS.indexOf(digit)
    if (at < 0) return undefined
    value = value * 62n + BigInt(at)
  }
  const hex = value.toString(16).padStart(size * 2, '0')
  return hex.length === size * 2 ? Buffer.from(hex, 'hex') : undefined
}
