// Drives an llm-service as a program does that knows only OpenAI's API, and prints what
// came of it as one JSON object. PACKAGE is the folder of the npm package openai, BASE_URL the service.
import { pathToFileURL } from "node:url";

const { default: OpenAI } = await import(pathToFileURL(process.env.PACKAGE + "/index.mjs"));
const client = new OpenAI({ baseURL: process.env.BASE_URL + "/v1", apiKey: "any", maxRetries: 0 });
const messages = [{ role: "user", content: "ताजमहल कहाँ है?" }];
const schema = { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false };
const tools = [{ type: "function", function: { name: "weather", description: "The weather of a city", parameters: schema, strict: true } }];
const failure = async (work) => {
  try {
    await work();
    return {};
  } catch (e) {
    return { kind: e.constructor.name, status: e.status, code: e.code, message: e.message, requestID: e.requestID };
  }
};
const out = {};

const chat = await client.chat.completions.create({ model: "auto", messages, max_tokens: 50, temperature: 0.2, top_p: 0.9, seed: 1, user: "asha" });
out.chat = { ...chat, requestID: chat._request_id };

out.stream = { pieces: [], usage: null, model: "" };
for await (const chunk of await client.chat.completions.create({ model: "auto", messages, stream: true, stream_options: { include_usage: true } })) {
  if (chunk.choices[0]?.delta.content) out.stream.pieces.push(chunk.choices[0].delta.content);
  if (chunk.choices[0]?.finish_reason) out.stream.finish = chunk.choices[0].finish_reason;
  out.stream.usage = chunk.usage ?? out.stream.usage;
  out.stream.model = chunk.model;
}

// The client puts the pieces together by itself, and parses JSON and arguments by their schemas.
out.assembled = await client.chat.completions.stream({ model: "small", messages }).finalContent();
out.tool = (await client.chat.completions.create({ model: "small", messages, tools, tool_choice: "auto" })).choices[0];
out.streamedTool = (await client.chat.completions.stream({ model: "small", messages, tools }).finalChatCompletion()).choices[0];
out.json = (await client.chat.completions.parse({ model: "small", messages, response_format: { type: "json_schema", json_schema: { name: "place", schema, strict: true } } })).choices[0].message.parsed;
out.answered = (await client.chat.completions.create({ model: "small", messages: [...messages, { role: "assistant", content: null, tool_calls: out.tool.message.tool_calls },
  { role: "tool", tool_call_id: out.tool.message.tool_calls[0].id, content: "गरमी है" }] })).choices[0].message.content;

// Without encoding_format this client asks for base64 and unpacks it.
const input = ["query: ताजमहल", "passage: आगरा"];
out.embeddings = (await client.embeddings.create({ model: "any-e5", input })).data.map((d) => d.embedding);
out.floats = (await client.embeddings.create({ model: "any-e5", input, encoding_format: "float" })).data.map((d) => d.embedding);

out.models = [];
for await (const m of client.models.list()) out.models.push(m.id);
out.one = (await client.models.retrieve("small")).id;

out.unknown = await failure(() => client.chat.completions.create({ model: "gpt-4o", messages }));
out.refused = await failure(() => client.chat.completions.create({ model: "small", messages, n: 2 }));
out.cut = await failure(async () => {
  for await (const _ of await client.chat.completions.create({ model: "cut", messages, stream: true }));
});

// Whoever stops reading ends the generation.
for await (const _ of await client.chat.completions.create({ model: "endless", messages, stream: true })) break;
out.left = true;
console.log(JSON.stringify(out));
