// One prompt of an environment, kept up to date over HTTP. Node 18 or later; no packages.
import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";

export class Prompt {
  #tag = null;
  #timer = null;
  #stopped = false;

  // `file` keeps the last good answer, for a start while the server is away. `onChange` is told of every new version,
  // `onFault` of what went wrong; what was there last goes on being used.
  constructor({ url, environment, name, token, unit, file, interval = 2000, onChange, onFault }) {
    const query = unit ? `?${new URLSearchParams({ unit })}` : "";
    this.url = url.replace(/\/+$/, "");
    this.where = `${this.url}/api/v1/environments/${environment}/prompts/${name}${query}`;
    this.headers = token ? { Authorization: `Bearer ${token}` } : {};
    Object.assign(this, { name, file, interval, onChange, onFault, current: null });
  }

  // Resolves once there is something to go by. Rejects where neither the server nor the file has it.
  async start() {
    try {
      await this.refresh();
    } catch (fault) {
      if (!this.file) throw fault;
      this.#take(JSON.parse(await readFile(this.file, "utf8")));
      this.onFault?.(fault);
    }
    this.#wait();
    return this;
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  // One look after the other: a slow answer is never overtaken by the next.
  #wait() {
    this.#timer = setTimeout(async () => {
      await this.refresh().catch((fault) => this.onFault?.(fault));
      if (!this.#stopped) this.#wait();
    }, this.interval);
  }

  async refresh() {
    const known = this.#tag ? { "If-None-Match": this.#tag } : {};
    const answer = await fetch(this.where, {
      headers: { ...this.headers, ...known },
      signal: AbortSignal.timeout(5000),
    });
    if (answer.status === 304) return;
    if (!answer.ok) throw await problem(answer);
    const found = await answer.json();
    this.#tag = answer.headers.get("etag");
    this.#take(found);
    if (this.file) {
      const part = `${this.file}.${process.pid}.part`;
      await writeFile(part, JSON.stringify(found));
      await rename(part, this.file);
    }
  }

  // The messages for some inputs, by the version that is served now.
  async render(inputs) {
    const where = `${this.url}/api/v1/prompts/${this.name}/-/at/${this.current.version}/render`;
    return post(where, { inputs }, this.headers);
  }

  #take(found) {
    const before = this.current;
    this.current = found;
    if (before?.digest !== found.digest || before?.reason !== found.reason) this.onChange?.(found);
  }
}

// A write, with a key of its own: asked again after a lost answer, the same key gives the first answer.
export async function write(where, body, token, key = randomUUID()) {
  return post(where, body, { Authorization: `Bearer ${token}`, "Idempotency-Key": key });
}

async function post(where, body, headers) {
  const answer = await fetch(where, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30000),
  });
  if (!answer.ok) throw await problem(answer);
  return answer.json();
}

async function problem(answer) {
  const said = await answer.json().catch(() => ({}));
  return Object.assign(new Error(`${answer.status}: ${said.detail ?? answer.statusText}`), said);
}
