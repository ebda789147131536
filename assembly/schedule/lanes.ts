import { LANES_AT } from "../arenas";
import { LANES_MAX } from "../../shared/gen/protocol.as";

/** Lists of tickets that runs are made of. */
export const enum Lanes {
  /** Frames whose codes are picked on the device. */
  Decode = 0,
  /** Frames whose codes are known. */
  Forced = 1,
  /** One vocode run. */
  Packet = 2,
  /** The frame that the planner picks itself. */
  Host = 3,
}

const LISTS: u32 = 4;
const counts: StaticArray<u32> = new StaticArray<u32>(LISTS);

function placeOf(list: Lanes, index: u32): usize {
  return LANES_AT + ((<usize>list * LANES_MAX + index) << 2);
}

export function clearLanes(list: Lanes): void {
  counts[list] = 0;
}

export function laneCount(list: Lanes): u32 {
  return counts[list];
}

export function laneAt(list: Lanes, index: u32): u32 {
  return load<u32>(placeOf(list, index));
}

export function pushLane(list: Lanes, ticket: u32): void {
  assert(counts[list] < LANES_MAX); // there are no more rows
  store<u32>(placeOf(list, counts[list]), ticket);
  counts[list] += 1;
}

/** Takes a lane out; the last one takes its place. */
export function dropLane(list: Lanes, index: u32): void {
  counts[list] -= 1;
  store<u32>(placeOf(list, index), laneAt(list, counts[list]));
}

/** Lanes of the smallest program that holds so many. */
export function bucketFor(lanes: u32): u32 {
  let bucket: u32 = 1;
  while (bucket < lanes) bucket <<= 1;
  return bucket;
}
