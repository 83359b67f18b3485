// Reads little-endian words of a file from `raw` at any byte: two loads where the byte is on no word of its own. Bytes
// past the buffer's end are unspecified, so that a caller masks what it did not ask for.

fn raw_word(offset: u32) -> u32 {
  let index = offset / 4u;
  let shift = (offset & 3u) * 8u;
  if (shift == 0u) {
    return raw[index];
  }
  return (raw[index] >> shift) | (raw[index + 1u] << (32u - shift));
}
