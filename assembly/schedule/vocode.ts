import { VOCODE_FRAMES_MAX, config } from "../config";
import { LaneClass, ProgramKind } from "../../shared/gen/protocol.as";
import { RunKind } from "./batcher";
import { definedProgram } from "./definitions";
import { markRuns, mention } from "./in-flight";
import { Lanes, bucketFor, clearLanes, laneAt, laneCount, pushLane } from "./lanes";
import { holderOf } from "./rows";
import { NO_PROGRAM, addLane, closeRun, openRun } from "./submission";
import { Ticket, TicketState, framesSubmitted, get, set, textSteps } from "./tickets";

/** Frames that will be there to become PCM when all that was submitted has run. */
function framesToCome(ticket: u32): u32 {
  if (get(ticket, Ticket.VocodeOnly)) return get(ticket, Ticket.Given);
  if (get(ticket, Ticket.State) == TicketState.Draining) return get(ticket, Ticket.CodesCount);
  return framesSubmitted(ticket);
}

/** Whether no frame will follow those to come. */
function isEnding(ticket: u32): bool {
  if (get(ticket, Ticket.State) == TicketState.Draining) return true;
  if (get(ticket, Ticket.VocodeOnly)) return get(ticket, Ticket.Given) == get(ticket, Ticket.Known);
  return get(ticket, Ticket.StepsSubmitted) == get(ticket, Ticket.PicksMax);
}

/** Frames of the ticket's next packet: 1, 2, 4 … so that the first audio leaves early. */
function packetFor(ticket: u32): u32 {
  if (get(ticket, Ticket.VocodeOnly)) return VOCODE_FRAMES_MAX;
  const after = get(ticket, Ticket.VocodeSubmitted) + 1;
  return after >= config.vocodeSteady ? config.vocodeSteady : (<u32>1) << (31 - clz(after));
}

function pendingFrames(ticket: u32): u32 {
  const frames = framesToCome(ticket);
  const submitted = get(ticket, Ticket.VocodeSubmitted);
  return frames > submitted ? frames - submitted : 0;
}

/** Whether the ticket has a packet to be made now. */
function isDue(ticket: u32): bool {
  if (get(ticket, Ticket.CodesOnly)) return false;
  const state = get(ticket, Ticket.State);
  // What is left after the end is only certain when nothing is in flight.
  const isSettled = state == TicketState.Draining && get(ticket, Ticket.InFlight) == 0;
  if (state != TicketState.Decoding && !isSettled) return false;
  const pending = pendingFrames(ticket);
  return pending >= packetFor(ticket) || (pending > 0 && (isEnding(ticket) || isDry(ticket)));
}

/** Whether nothing is to come before more text does: what there is may be heard meanwhile. */
function isDry(ticket: u32): bool {
  if (get(ticket, Ticket.InFlight) > 0) return false;
  return get(ticket, Ticket.StepsSubmitted) >= textSteps(ticket);
}

/** No ticket takes part in a frame run of the submission that is begun. */
export function clearRunKinds(): void {
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket >= 0) set(ticket, Ticket.RunKind, RunKind.None);
  }
}

/**
 * Runs that take the vocoder through the recordings of voices, before anything that it is to speak.
 * False when their program has to be defined first.
 */
export function writePrimes(entry: usize): bool {
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0 || !lacksReference(ticket)) continue;
    const program = definedProgram(ProgramKind.Prime, 1, VOCODE_FRAMES_MAX, 0);
    if (program == NO_PROGRAM) return false;
    const frames = get(ticket, Ticket.ReferenceCount);
    openRun(program, (frames + VOCODE_FRAMES_MAX - 1) / VOCODE_FRAMES_MAX, LaneClass.Vocode);
    addLane(ticket);
    closeRun(0);
    markRuns(entry);
    set(ticket, Ticket.ReferenceSubmitted, frames);
    mention(entry, ticket);
  }
  return true;
}

/** Whether the row speaks on from a recording that its vocoder has not been sent through. */
function lacksReference(ticket: u32): bool {
  if (get(ticket, Ticket.ReferenceSubmitted) == get(ticket, Ticket.ReferenceCount)) return false;
  if (get(ticket, Ticket.CodesOnly)) return false;
  const state = get(ticket, Ticket.State);
  return state == TicketState.Prefilling || state == TicketState.Decoding;
}

/**
 * Vocode runs of everything due, each over all tickets that want a packet of the same size. False
 * when a program has to be defined first.
 */
export function writeVocode(entry: usize): bool {
  while (gatherPacket()) {
    const first = laneAt(Lanes.Packet, 0);
    const frames = packetFor(first);
    const lanes = laneCount(Lanes.Packet);
    const program = definedProgram(ProgramKind.Vocode, bucketFor(lanes), frames, 0);
    if (program == NO_PROGRAM) return false;
    const wait = waitFor(get(first, Ticket.RunKind), frames);
    openRun(program, 1, LaneClass.Vocode);
    for (let i: u32 = 0; i < lanes; i++) addLane(laneAt(Lanes.Packet, i));
    closeRun(wait);
    markRuns(entry);
    for (let i: u32 = 0; i < lanes; i++) {
      const ticket = laneAt(Lanes.Packet, i);
      const taken = min(frames, pendingFrames(ticket));
      set(ticket, Ticket.VocodeSubmitted, get(ticket, Ticket.VocodeSubmitted) + taken);
      mention(entry, ticket);
    }
  }
  return true;
}

/** Tickets whose next packet has the size and the frame run of the first one that is due. */
function gatherPacket(): bool {
  clearLanes(Lanes.Packet);
  let frames: u32 = 0;
  let runKind: u32 = RunKind.None;
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0 || !isDue(ticket)) continue;
    if (laneCount(Lanes.Packet) == 0) {
      frames = packetFor(ticket);
      runKind = get(ticket, Ticket.RunKind);
    } else if (packetFor(ticket) != frames || get(ticket, Ticket.RunKind) != runKind) {
      continue;
    }
    pushLane(Lanes.Packet, ticket);
  }
  return laneCount(Lanes.Packet) > 0;
}

/** Frames that a lane will have had published once its packet can be made. */
function targetOf(ticket: u32, frames: u32): u32 {
  return get(ticket, Ticket.VocodeSubmitted) + min(frames, pendingFrames(ticket));
}

/**
 * The published frames to wait for. One number holds for all lanes, whose counts differ; but rows
 * of one frame run go in step, so waiting for the row with the fewest frames waits for them all.
 */
function waitFor(runKind: u32, frames: u32): u32 {
  let steps: u32 = 0;
  let fewest: u32 = u32.MAX_VALUE;
  for (let i: u32 = 0; i < laneCount(Lanes.Packet); i++) {
    const ticket = laneAt(Lanes.Packet, i);
    const target = targetOf(ticket, frames);
    const from = runKind == RunKind.None ? target : get(ticket, Ticket.RunFrom);
    if (target > from) steps = max(steps, target - from);
    fewest = min(fewest, from);
  }
  return fewest + steps;
}
