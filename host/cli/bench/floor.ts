import type { Bandwidth } from "./bandwidth.ts";

/** What reading a frame's bytes alone would take. */
export interface Floor {
  readonly bandwidth: Bandwidth;
  readonly floorMsPerFrame: number;
  /** The time a frame took over the floor. */
  readonly ratio: number;
}

/** Nothing without a bandwidth. */
export function floorOf(
  bytesPerFrame: number,
  frameMs: number,
  bandwidth: Bandwidth | undefined,
): Partial<Floor> {
  if (bandwidth === undefined) return {};
  const floorMsPerFrame = bytesPerFrame / bandwidth.gigabytesPerSecond / 1e6;
  return { bandwidth, floorMsPerFrame, ratio: frameMs / floorMsPerFrame };
}
