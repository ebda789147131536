import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { quote } from "../errors/quote.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { VoiceParts } from "./voice.ts";

// A voice file: 8 bytes of magic; u32 version; u32 bytes of the header; the header, JSON; the
// vector, f32; the codes, u16; SHA-256 of all that. Little-endian.
const MAGIC = "VOXVOICE";
const VERSION = 1;
const FIXED_BYTES = 16;
const DIGEST_BYTES = 32;
/** No voice is near it: a file that is larger is something else. */
const FILE_BYTES_MAX = 16 << 20;
const WIDTH_MAX = 1 << 16;

interface Header {
  readonly model: { readonly hash: string; readonly name: string; readonly size: string };
  readonly transcript: string | null;
  readonly width: number;
  readonly frames: number;
  readonly groups: number;
}

export function voiceFileBytes({ model, embedding, codes, transcript }: VoiceParts): Uint8Array {
  const header: Header = {
    model,
    transcript,
    width: embedding.length,
    frames: codes?.frames ?? 0,
    groups: codes?.groups ?? 0,
  };
  const json = Buffer.from(JSON.stringify(header), "utf8");
  const fixed = Buffer.alloc(FIXED_BYTES);
  fixed.write(MAGIC, "latin1");
  fixed.writeUInt32LE(VERSION, 8);
  fixed.writeUInt32LE(json.length, 12);
  // Typed arrays are little-endian on every platform that the engine runs on.
  const narrow = Uint16Array.from(codes?.data ?? []);
  const body = Buffer.concat([
    fixed,
    json,
    new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength),
    new Uint8Array(narrow.buffer),
  ]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

/** @throws {VoxfuseError} ERR_VOICE_INVALID */
export async function readVoiceFile(path: string): Promise<VoiceParts> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new VoxfuseError("ERR_VOICE_INVALID", `The voice ${quote(path)} cannot be read.`, {
      cause: error,
    });
  }
  return parseVoiceFile(bytes, path);
}

/** @throws {VoxfuseError} ERR_VOICE_INVALID with the file's name. */
export function parseVoiceFile(bytes: Buffer, path: string): VoiceParts {
  const refuse = (what: string): VoxfuseError =>
    new VoxfuseError("ERR_VOICE_INVALID", `${quote(path)} ${what}`);
  const isVoice = bytes.length >= FIXED_BYTES && bytes.toString("latin1", 0, 8) === MAGIC;
  if (!isVoice || bytes.length > FILE_BYTES_MAX) {
    throw refuse("is not a voice file; create one with `voxfuse voice create`.");
  }
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) {
    throw refuse(
      `is a voice file of version ${version}; this voxfuse reads version ${VERSION}. Update ` +
        "voxfuse, or create the voice again.",
    );
  }
  const damaged = (): VoxfuseError =>
    refuse("is damaged: its checksum does not match its bytes. Create the voice again.");
  const body = bytes.subarray(0, -DIGEST_BYTES);
  const digest = createHash("sha256").update(body).digest();
  if (body.length < FIXED_BYTES || !digest.equals(bytes.subarray(-DIGEST_BYTES))) throw damaged();
  const headerEnd = FIXED_BYTES + body.readUInt32LE(12);
  const header = parseHeader(body.toString("utf8", FIXED_BYTES, headerEnd));
  if (header === undefined) throw damaged();
  const { model, transcript, width, frames, groups } = header;
  const codesAt = headerEnd + 4 * width;
  if (body.length !== codesAt + 2 * frames * groups) throw damaged();
  const embedding = new Float32Array(new Uint8Array(body.subarray(headerEnd, codesAt)).buffer);
  const narrow = new Uint16Array(new Uint8Array(body.subarray(codesAt)).buffer);
  const codes = frames === 0 ? null : { data: Uint32Array.from(narrow), frames, groups };
  return { model, embedding, codes, transcript };
}

/** Undefined for what no writer of this version has written. */
function parseHeader(text: string): Header | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isHeader(value) ? value : undefined;
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== "object" || value === null) return false;
  // Fields of an object that is of no known form yet.
  const { model, transcript, width, frames, groups } = value as Record<string, unknown>;
  if (typeof model !== "object" || model === null) return false;
  const { hash, name, size } = model as Record<string, unknown>;
  const texts = [hash, name, size, transcript ?? ""];
  return (
    texts.every((text) => typeof text === "string") &&
    isCount(width, 1, WIDTH_MAX) &&
    isCount(frames, 0, WIDTH_MAX) &&
    isCount(groups, frames === 0 ? 0 : 2, 64)
  );
}

function isCount(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;
}
