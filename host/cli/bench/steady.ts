/** When so many frames of a request had come. */
export interface Arrival {
  readonly frames: number;
  readonly atMs: number;
}

/** The time in which every request of a run speaks. */
export interface Steady {
  /** Of all requests, within the time. */
  readonly frames: number;
  readonly wallMs: number;
}

/**
 * From the moment when the first frame of the last request to begin had come, to the moment when
 * the last frame of the first request to end had: neither ramp-up nor tail. Undefined where a
 * request ended before another one had begun.
 *
 * @param requests Arrivals of each, in their order; without the frames, 0, that were there before.
 */
export function steadyPart(requests: readonly (readonly Arrival[])[]): Steady | undefined {
  const from = Math.max(...requests.map((arrivals) => arrivals[0]?.atMs ?? Infinity));
  const to = Math.min(...requests.map((arrivals) => arrivals.at(-1)?.atMs ?? -Infinity));
  if (!(to > from)) return undefined;
  let frames = 0;
  for (const arrivals of requests) frames += framesAt(to, arrivals) - framesAt(from, arrivals);
  return { frames, wallMs: to - from };
}

/**
 * Frames that had come at a moment between the first arrival and the last, where several arrive at
 * once as if they had come one after the other: requests that share their steps are told of them
 * one by one, and the moment may lie between.
 */
function framesAt(atMs: number, arrivals: readonly Arrival[]): number {
  const index = arrivals.findIndex((arrival) => arrival.atMs >= atMs);
  const after = arrivals[index];
  const before = arrivals[index - 1];
  if (after === undefined) return arrivals.at(-1)?.frames ?? 0;
  if (before === undefined) return after.frames;
  const share = (atMs - before.atMs) / (after.atMs - before.atMs);
  return before.frames + share * (after.frames - before.frames);
}
