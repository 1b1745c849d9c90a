// The service counts in bytes of UTF-8, JavaScript in UTF-16 units. Utf8Text
// stands between the two.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class Utf8Text {
  constructor(text) {
    this.bytes = encoder.encode(text);
  }

  get length() {
    return this.bytes.length;
  }

  // valid tells whether [start, end) lies in the text and cuts no character.
  valid(start, end) {
    return Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end &&
      end <= this.length && this.#boundary(start) && this.#boundary(end);
  }

  // slice gives the characters of the half-open byte range [start, end).
  slice(start, end = this.length) {
    return decoder.decode(this.bytes.subarray(start, end));
  }

  // find gives the byte range of the first occurrence of quote, or null.
  static find(text, quote) {
    const at = quote ? text.indexOf(quote) : -1;
    if (at < 0) {
      return null;
    }
    const start = encoder.encode(text.slice(0, at)).length;
    return { start, end: start + encoder.encode(quote).length };
  }

  #boundary(at) {
    return at === this.length || (this.bytes[at] & 0xc0) !== 0x80;
  }
}
