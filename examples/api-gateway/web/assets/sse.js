// Server-sent events out of a ReadableStream. EventSource cannot POST.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

const maxEvent = 4 << 20; // characters; a longer event is no answer of ours

// events yields {event, data} as they come. Comments are skipped; an event cut
// off by the stream's end is dropped, as the standard asks.
export async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new Parser();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        return;
      }
      yield* parser.push(value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

class Parser {
  #rest = "";
  #event = "";
  #data = [];

  *push(text) {
    this.#rest += text;
    if (this.#rest.length > maxEvent) {
      throw new Error("an event of the stream is too long");
    }
    for (;;) {
      const end = this.#rest.search(/[\r\n]/);
      if (end < 0 || (this.#rest[end] === "\r" && end === this.#rest.length - 1)) {
        return; // a lone CR at the end may be half of a CR LF
      }
      const line = this.#rest.slice(0, end);
      const width = this.#rest.startsWith("\r\n", end) ? 2 : 1;
      this.#rest = this.#rest.slice(end + width);
      const event = this.#line(line);
      if (event) {
        yield event;
      }
    }
  }

  #line(line) {
    if (line === "") {
      const event = this.#data.length ? { event: this.#event || "message", data: this.#data.join("\n") } : null;
      this.#event = "";
      this.#data = [];
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") {
      this.#event = value;
    } else if (field === "data") {
      this.#data.push(value);
    }
    return null;
  }
}
