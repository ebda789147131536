import { spawn } from "node:child_process";
import { VoxfuseError } from "../errors/voxfuse-error.ts";
import type { Audio } from "./recording.ts";
import { parseWav } from "./read-wav.ts";

/** Sound that is taken of a file at most; recordings are far shorter. [seconds] */
const SECONDS_MAX = 600;
const COMPLAINT_BYTES_MAX = 2000;

/**
 * Has the `ffmpeg` on PATH decode anything that it knows; undefined when there is none.
 *
 * @param source A file's path, or its bytes.
 * @throws {VoxfuseError} ERR_AUDIO_INVALID when it knows the bytes neither; the signal's own reason
 *   when aborted.
 */
export async function decodeByFfmpeg(
  source: string | Uint8Array,
  signal?: AbortSignal,
): Promise<Audio | undefined> {
  const output = await runFfmpeg(source, signal);
  return output === undefined ? undefined : parseWav(output);
}

function runFfmpeg(
  source: string | Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const input = typeof source === "string" ? `file:${source}` : "pipe:0";
  const wanted = ["-t", String(SECONDS_MAX), "-f", "wav", "-c:a", "pcm_f32le", "pipe:1"];
  const child = spawn("ffmpeg", ["-v", "error", "-nostdin", "-i", input, "-vn", ...wanted], {
    stdio: [typeof source === "string" ? "ignore" : "pipe", "pipe", "pipe"],
    signal,
  });
  const output: Buffer[] = [];
  let complaint = "";
  child.stdout?.on("data", (piece: Buffer) => output.push(piece));
  child.stderr?.on("data", (piece: Buffer) => {
    complaint = (complaint + piece.toString()).slice(0, COMPLAINT_BYTES_MAX);
  });
  child.stdin?.on("error", () => undefined); // it may have seen enough before the end
  if (typeof source !== "string") child.stdin?.end(source);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if ("code" in error && error.code === "ENOENT") resolve(undefined);
      else reject(error);
    });
    child.on("close", (status) => {
      if (status === 0) resolve(new Uint8Array(Buffer.concat(output)));
      else reject(refused(complaint));
    });
  });
}

function refused(complaint: string): VoxfuseError {
  const [line = ""] = complaint.trim().split("\n").slice(-1);
  return new VoxfuseError(
    "ERR_AUDIO_INVALID",
    `The recording is of no format that ffmpeg reads${line === "" ? "" : ` (${line})`}. Give a ` +
      "WAV, FLAC, MP3 or Ogg file.",
  );
}
