// Records what Langfuse's own packages send, on loopback: the reference that
// TestOursIsWhatTheirPackagesSend holds this package against. In a copy of this folder:
//
//	npm install && node record.mjs recorded.json
import { createServer } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const calls = [];
const server = createServer((req, res) => {
  const parts = [];
  req.on("data", (p) => parts.push(p));
  req.on("end", () => {
    let body = Buffer.concat(parts);
    if (req.headers["content-encoding"] === "gzip") body = gunzipSync(body);
    calls.push({ method: req.method, path: req.url, headers: req.headers, body: JSON.parse(body.toString("utf8")) });
    res.setHeader("content-type", "application/json");
    if (req.url.includes("ingestion")) res.statusCode = 207;
    res.end(req.url.includes("ingestion") ? '{"successes":[],"errors":[]}' : "{}");
  });
});
await new Promise((ok) => server.listen(0, "127.0.0.1", ok));
const baseUrl = `http://127.0.0.1:${server.address().port}`;
const access = { publicKey: "pk-lf-test", secretKey: "sk-lf-test", baseUrl };

const { NodeTracerProvider } = await import("@opentelemetry/sdk-trace-node");
const { LangfuseSpanProcessor } = await import("@langfuse/otel");
const { startObservation, startActiveObservation, propagateAttributes } = await import("@langfuse/tracing");
const { LangfuseClient } = await import("@langfuse/client");

const provider = new NodeTracerProvider({ spanProcessors: [new LangfuseSpanProcessor({ ...access, environment: "staging", release: "1.0.0" })] });
provider.register();
const whole = { userId: "user-1", sessionId: "session-1", traceName: "answer", tags: ["hi"], metadata: { tenant: "t1" }, version: "7" };
await propagateAttributes(whole, () => startActiveObservation("answer", async () => {
  startObservation("retrieval handbook", { input: { query: "q" }, output: [{ id: "d1", score: 0.5 }] }, { asType: "retriever" }).end();
  startObservation("embeddings e5", {
    model: "e5", input: ["a"], usageDetails: { input: 3, total: 3 }, costDetails: { input: 0.5, total: 0.5 },
  }, { asType: "embedding" }).end();
  startObservation("guardrail pii", {
    input: "x", output: { action: "mask" }, level: "WARNING", statusMessage: "mask", metadata: { findings: 2 },
  }, { asType: "guardrail" }).end();
  startObservation("execute_tool f", { input: { a: 1 }, output: "ok" }, { asType: "tool" }).end();
  const generation = startObservation("chat m", {
    model: "m", modelParameters: { temperature: 0.5, max_tokens: 100 },
    input: [{ role: "system", content: "be brief" }, { role: "user", content: "hello" }],
  }, { asType: "generation" });
  generation.update({
    output: { role: "assistant", content: "hi" }, completionStartTime: new Date(),
    usageDetails: { input: 8, input_cached_tokens: 2, output: 5, total: 15 }, costDetails: { input: 0.25, output: 0.5, total: 0.75 },
    prompt: { name: "grounded", version: 2, isFallback: false },
  });
  generation.end();
  startObservation("invoke_workflow answer", {
    input: [{ role: "user", content: "who?" }], output: { role: "assistant", content: "he" }, metadata: { confidence: 0.5 },
  }, { asType: "chain" }).end();
  startObservation("chat bad", { model: "m", level: "ERROR", statusMessage: "UPSTREAM_ERROR" }, { asType: "generation" }).end();
}));
await provider.shutdown();

const client = new LangfuseClient(access);
const traceId = "0af7651916cd43dd8448eb211c80319c";
client.score.create({ id: "s1", traceId, name: "helpful", value: 1, dataType: "BOOLEAN", comment: "good", environment: "staging" });
client.score.create({ id: "s2", traceId, observationId: "b7ad6b7169203331", name: "faithfulness", value: 0.5, dataType: "NUMERIC", environment: "staging" });
client.score.create({ id: "s3", sessionId: "session-1", name: "topic", value: "tax", dataType: "CATEGORICAL", environment: "staging" });
await client.score.flush();
await client.shutdown?.();
server.close();

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
const heading = (call) => ({ method: call.method, path: call.path, authorization: call.headers.authorization, public_key: call.headers["x-langfuse-public-key"] });
const traces = calls.filter((c) => c.path.includes("/otel/"));
const scores = calls.filter((c) => c.path.includes("/ingestion"));
const spans = traces.flatMap((c) => c.body.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)));
writeFileSync(process.argv[2], JSON.stringify({
  versions: Object.fromEntries(["@langfuse/otel", "@langfuse/tracing", "@langfuse/client", "@opentelemetry/sdk-trace-node", "@opentelemetry/exporter-trace-otlp-http"].map((n) => [n, version(n)])),
  traces: heading(traces[0]), scores: heading(scores[0]),
  spans: Object.fromEntries(spans.map((s) => [s.name, Object.fromEntries(s.attributes.map((a) => [a.key, a.value]))]).sort()),
  batch: scores.flatMap((c) => c.body.batch),
}, null, 1) + "\n");
