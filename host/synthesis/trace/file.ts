import { readFile, writeFile } from "node:fs/promises";
import { VoxfuseError } from "../../errors/voxfuse-error.ts";
import type { TraceEvent } from "./recorder.ts";

/** A trace file's content: its events, and what else its writer put beside them. */
interface TraceFile {
  readonly rest: Readonly<Record<string, unknown>>;
  readonly events: readonly TraceEvent[];
}

/**
 * The events of a file in Chrome's trace format: an array, or an object with `traceEvents`.
 *
 * @throws {VoxfuseError} ERR_INVALID_ARGUMENT when it cannot be read or is of another form.
 */
export async function readTrace(path: string): Promise<readonly TraceEvent[]> {
  return (await readTraceFile(path)).events;
}

/**
 * Adds events to a trace file that exists.
 *
 * @throws {VoxfuseError} as readTrace(); ERR_OUTPUT_NOT_WRITABLE.
 */
export async function addToTrace(path: string, events: readonly TraceEvent[]): Promise<void> {
  const file = await readTraceFile(path);
  const all = { ...file.rest, traceEvents: [...file.events, ...events] };
  try {
    await writeFile(path, JSON.stringify(all));
  } catch (cause) {
    const message = `The trace ${path} cannot be written.`;
    throw new VoxfuseError("ERR_OUTPUT_NOT_WRITABLE", message, { cause });
  }
}

async function readTraceFile(path: string): Promise<TraceFile> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new VoxfuseError(
      "ERR_INVALID_ARGUMENT",
      `${path} cannot be read as JSON; name a trace that \`voxfuse bench --trace\` wrote.`,
      { cause },
    );
  }
  if (Array.isArray(content)) return { rest: {}, events: content.filter(isEvent) };
  if (typeof content === "object" && content !== null && "traceEvents" in content) {
    const { traceEvents, ...rest } = content;
    if (Array.isArray(traceEvents)) return { rest, events: traceEvents.filter(isEvent) };
  }
  throw new VoxfuseError(
    "ERR_INVALID_ARGUMENT",
    `${path} holds no traceEvents; name a trace that \`voxfuse bench --trace\` wrote.`,
  );
}

function isEvent(value: unknown): value is TraceEvent {
  if (typeof value !== "object" || value === null) return false;
  return "name" in value && typeof value.name === "string" && "ph" in value;
}
