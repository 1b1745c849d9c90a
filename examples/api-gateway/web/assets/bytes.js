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

  // find gives the byte range of the first occurrence of quote, or null. What is
  // white space in the quote may be any white space in the text: a snippet is one line.
  static find(text, quote) {
    const words = (quote ?? "").split(/\s+/).filter(Boolean);
    if (words.length === 0) {
      return null;
    }
    const pattern = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("\\s+");
    const found = new RegExp(pattern, "u").exec(text);
    if (!found) {
      return null;
    }
    const start = encoder.encode(text.slice(0, found.index)).length;
    return { start, end: start + encoder.encode(found[0]).length };
  }

  #boundary(at) {
    return at === this.length || (this.bytes[at] & 0xc0) !== 0x80;
  }
}
