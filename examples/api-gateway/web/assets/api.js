// The gateway's routes. Every failure is an ApiError with a code of the contract,
// or NETWORK when no answer came.

import { events } from "./sse.js";

const base = "/api/v1";

export class ApiError extends Error {
  constructor({ code, message = "", field = "", status = 0, requestId = "", retryAfter = 0 }) {
    super(message);
    this.code = code;
    this.field = field; // of the request, that the error is about
    this.status = status;
    this.requestId = requestId;
    this.retryAfter = retryAfter; // seconds
  }
}

// fromEnvelope makes an ApiError of the contract's error body, or of what else came.
function fromEnvelope(body, status, header) {
  const error = body?.error ?? {};
  return new ApiError({
    code: error.code || (status === 413 ? "PAYLOAD_TOO_LARGE" : "INTERNAL_ERROR"),
    message: error.message,
    field: error.details?.field,
    status,
    requestId: error.request_id || header("X-Request-ID") || "",
    retryAfter: Number(header("Retry-After")) || 0,
  });
}

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(base + path, { ...options, headers: { Accept: "application/json", ...options.headers } });
  } catch (error) {
    throw error.name === "AbortError" ? error : new ApiError({ code: "NETWORK" });
  }
  if (!response.ok) {
    const body = await response.json().catch(() => null);
    throw fromEnvelope(body, response.status, (name) => response.headers.get(name));
  }
  return response;
}

async function json(path, options) {
  const response = await request(path, options);
  if (response.status === 204) {
    return null;
  }
  return response.json().catch((error) => {
    throw error.name === "AbortError" ? error : new ApiError({ code: "NETWORK", requestId: response.headers.get("X-Request-ID") });
  });
}

function query(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value != null)).toString();
}

export const health = () => json("/health");

export const search = (values, signal) => json(`/search?${query(values)}`, { signal });
export const suggest = (values, signal) => json(`/search/suggest?${query(values)}`, { signal });
export const listDocuments = (values, signal) => json(`/documents?${query(values)}`, { signal });
export const getDocument = (id, signal) => json(`/documents/${encodeURIComponent(id)}`, { signal });
export const deleteDocument = (id) => json(`/documents/${encodeURIComponent(id)}`, { method: "DELETE" });

// chat asks a question and yields {event, data} with data parsed: token, source,
// claim and at last done. An error event, and a stream that ends without done, are thrown.
export async function* chat(body, signal) {
  const response = await request("/chat/stream", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(body),
    signal,
  });
  const header = (name) => response.headers.get(name);
  try {
    for await (const { event, data } of events(response.body)) {
      const value = JSON.parse(data);
      if (event === "error") {
        throw fromEnvelope(value, response.status, header);
      }
      yield { event, data: value };
      if (event === "done") {
        return;
      }
    }
  } catch (error) {
    throw error instanceof ApiError || error.name === "AbortError" ? error : broken(header);
  }
  throw broken(header);
}

function broken(header) {
  return new ApiError({ code: "BROKEN_STREAM", requestId: header("X-Request-ID") || "" });
}

// upload sends a file; onProgress gets the share sent, from 0 to 1. fetch cannot
// tell how far an upload is, XMLHttpRequest can.
export function upload(file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const header = (name) => xhr.getResponseHeader(name);
    xhr.open("POST", `${base}/documents/upload`);
    xhr.setRequestHeader("Accept", "application/json");
    xhr.responseType = "json";
    xhr.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total);
    xhr.upload.onload = () => onProgress(1);
    xhr.onload = () => (xhr.status >= 200 && xhr.status < 300 ? resolve(xhr.response) : reject(fromEnvelope(xhr.response, xhr.status, header)));
    xhr.onerror = () => reject(new ApiError({ code: "NETWORK" }));
    xhr.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => xhr.abort(), { once: true });
    const form = new FormData();
    form.append("file", file);
    xhr.send(form);
  });
}
