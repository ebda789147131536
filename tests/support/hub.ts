import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { TINY } from "./engine.ts";

export const NAME = "Qwen/Qwen3-TTS-tiny";
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
export const WEIGHTS = "model.safetensors";
/** As in a real repository, though not of the checkpoint. */
const OTHERS = { "README.md": "# Tiny", ".gitattributes": "*", "../escape.json": "{}" };

/** What the hub does with one request for a file, instead of sending it; counted from 0. */
export type Trick = (
  request: { readonly path: string; readonly from: number; readonly count: number },
  send: Sender,
) => void;

export interface Sender {
  readonly bytes: Buffer;
  readonly response: ServerResponse;
  /** All that was asked for. */
  readonly whole: () => void;
  /** So many bytes of what was asked for; then the connection is cut, or stands still. */
  readonly part: (bytes: number, then: "cut" | "stall") => void;
}

export interface HubOptions {
  readonly trick?: Trick;
  /** Changes what is listed of a file. */
  readonly list?: (entry: ListedFile) => ListedFile;
  readonly token?: string;
  /** Never lists anything. */
  readonly isMute?: boolean;
}

export interface ListedFile {
  type: string;
  path: string;
  size: number;
  oid: string;
  lfs?: { oid: string; size: number; pointerSize: number };
}

/** A hub on this machine that has one model: the tiny checkpoint. */
export class FakeHub {
  readonly #server: Server;
  readonly #options: HubOptions;
  readonly files = new Map<string, Buffer>();
  /** Requests for files: path and first byte. */
  readonly asked: [path: string, from: number][] = [];
  /** Most file requests at once. */
  atOnce = 0;
  #open = 0;

  private constructor(options: HubOptions) {
    this.#options = options;
    for (const entry of readdirSync(TINY, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(TINY.length + 1);
      if (entry.isFile() && !path.startsWith("expected")) {
        this.files.set(path, readFileSync(join(TINY, path)));
      }
    }
    for (const [path, text] of Object.entries(OTHERS)) this.files.set(path, Buffer.from(text));
    this.#server = createServer((request, response) => {
      this.#answer(request, response);
    });
  }

  static async start(t: ExecutionContext, options: HubOptions = {}): Promise<FakeHub> {
    const hub = new FakeHub(options);
    await new Promise<void>((resolve) => hub.#server.listen(0, "127.0.0.1", resolve));
    t.teardown(() => {
      hub.#server.closeAllConnections();
      hub.#server.close();
    });
    return hub;
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo; // it listens on TCP
    return `http://127.0.0.1:${port}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "", this.endpoint);
    const { token, isMute } = this.#options;
    if (isMute === true) return;
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end("who are you?");
    } else if (pathname === `/api/models/${NAME}/revision/main`) {
      sendJson(response, { _id: "1", id: NAME, sha: COMMIT, lastModified: "2026-01-01" });
    } else if (pathname === `/api/models/${NAME}/tree/${COMMIT}`) {
      sendJson(response, this.#listing());
    } else if (pathname.startsWith(`/${NAME}/resolve/${COMMIT}/`)) {
      this.#sendFile(pathname.slice(`/${NAME}/resolve/${COMMIT}/`.length), request, response);
    } else {
      response.writeHead(404).end("nothing here");
    }
  }

  #listing(): ListedFile[] {
    const list = this.#options.list ?? ((entry) => entry);
    const files = [...this.files].map(([path, bytes]) => list(listed(path, bytes)));
    return [{ type: "directory", path: "speech_tokenizer", size: 0, oid: COMMIT }, ...files];
  }

  #sendFile(path: string, request: IncomingMessage, response: ServerResponse): void {
    const bytes = this.files.get(path);
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const count = this.asked.filter(([asked]) => asked === path).length;
    this.asked.push([path, from]);
    this.#open += 1;
    this.atOnce = Math.max(this.atOnce, this.#open);
    response.once("close", () => (this.#open -= 1));
    const send = senderOf(bytes, from, response);
    if (this.#options.trick === undefined) send.whole();
    else this.#options.trick({ path, from, count }, send);
  }
}

function senderOf(bytes: Buffer, from: number, response: ServerResponse): Sender {
  const begin = (): void => {
    const length = { "content-length": bytes.length - from };
    const range = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...length, ...range } : length);
  };
  return {
    bytes,
    response,
    whole: () => {
      begin();
      response.end(bytes.subarray(from));
    },
    part: (count, then) => {
      begin();
      response.write(bytes.subarray(from, from + count), () => {
        if (then === "cut") response.destroy();
      });
    },
  };
}

/** As the hub lists a file: large ones are kept apart, under their SHA-256. */
function listed(path: string, bytes: Buffer): ListedFile {
  const { length } = bytes;
  const oid = createHash("sha1").update(`blob ${length}\0`).update(bytes).digest("hex");
  if (!path.endsWith(".safetensors")) return { type: "file", path, size: length, oid };
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const lfs = { oid: sha256, size: length, pointerSize: 134 };
  return { type: "file", path, size: length, oid: COMMIT, lfs };
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}
