import type { AudioChunk } from "../index.ts";
import { VoxfuseError } from "../errors/voxfuse-error.ts";

/**
 * Writes a WAV of unknown length to standard output, chunk by chunk.
 *
 * @throws {VoxfuseError} ERR_OUTPUT_NOT_WRITABLE when the reader is gone; what the chunks throw.
 */
export async function streamOut(
  chunks: AsyncIterable<AudioChunk>,
  sampleRateHz: number,
): Promise<void> {
  const { wavData, wavHeader } = await import("../audio/wav.ts");
  const format = "pcm16";
  // The failed write itself says so; unheard, the event would end the process with a stack trace.
  process.stdout.on("error", () => undefined);
  let isOpen = false;
  for await (const { samples } of chunks) {
    if (!isOpen) await write(wavHeader({ format, sampleRateHz }, "streaming"));
    isOpen = true;
    await write(wavData(samples, format));
  }
}

function write(bytes: Uint8Array): Promise<void> {
  return new Promise((done, failed) => {
    process.stdout.write(bytes, (cause) => {
      if (cause === null || cause === undefined) {
        done();
        return;
      }
      const message = `Standard output takes no more audio (${cause.message}).`;
      failed(new VoxfuseError("ERR_OUTPUT_NOT_WRITABLE", message, { cause }));
    });
  });
}
