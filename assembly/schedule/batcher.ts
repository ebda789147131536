import { config } from "../config";
import { Dtype, LaneClass, OUTPUT_FRAMES, ProgramKind } from "../../shared/gen/protocol.as";
import { parkNewest } from "./admission";
import { definedProgram } from "./definitions";
import { markRuns, mention } from "./in-flight";
import { Lanes, bucketFor, clearLanes, laneAt, laneCount, pushLane } from "./lanes";
import { firstHolderIn, holderOf, pagesForSteps, reservePages } from "./rows";
import { NO_PROGRAM, addLane, closeRun, openRun, writePageExtend } from "./submission";
import { Ticket, TicketState, framesSubmitted, get, inState, set, setState } from "./tickets";
import { textSteps, tickets } from "./tickets";

/** Values of Ticket.RunKind: the frame run that a ticket takes part in. */
export const enum RunKind {
  None = 0,
  Decode = 1,
  Forced = 2,
}

/** Frames of a run while a prompt waits: it is short work that a request's first audio hangs on. */
const RUN_BESIDE_PROMPTS: u32 = 1;
/** Frames of a run while others may want their turn soon. */
const SHORT_RUN: u32 = 8;
/** A request alone goes over to longer runs once it has been given so many frames. */
const SHORT_FRAMES: u32 = 3 * SHORT_RUN;

/** Repeat that the lanes gathered last allow. */
let repeat: u32 = 0;

/**
 * Rows of the next prompt chunk. In f32 the largest that is filled, else the smallest that covers:
 * there rows cost what they compute. In bf16, which is a GPU's, a chunk costs about what it reads,
 * the same weights for any rows: padding up to the next size beats more chunks.
 */
function chunkFor(rows: u32): u32 {
  const isPadded = config.actDtype == Dtype.Bf16;
  if (rows >= 256 || (isPadded && rows > 128)) return 256;
  if (rows >= 64 || (isPadded && rows > 16)) return 64;
  return 16;
}

/**
 * The next prompt chunk, or all of them when nobody else would wait meanwhile. False when a program
 * has to be defined first.
 */
export function writePrefill(entry: usize): bool {
  const ticket = firstHolderIn(TicketState.Prefilling);
  if (ticket < 0) return true;
  const isAlone = inState(TicketState.Decoding) == 0;
  const rows = get(ticket, Ticket.PromptCount);
  do {
    const done = get(ticket, Ticket.PromptSubmitted);
    const chunk = chunkFor(rows - done);
    const program = definedProgram(ProgramKind.Prefill, 1, chunk, 0);
    if (program == NO_PROGRAM) return false;
    openRun(program, 1, LaneClass.Decode);
    addLane(ticket);
    closeRun(0);
    markRuns(entry);
    set(ticket, Ticket.PromptSubmitted, min(rows, done + chunk));
    mention(entry, ticket);
  } while (isAlone && get(ticket, Ticket.PromptSubmitted) < rows);
  if (get(ticket, Ticket.PromptSubmitted) == rows) setState(ticket, TicketState.Decoding);
  return true;
}

/** Frames that the output ring still takes before the user has to take some. */
function ringSpace(ticket: u32): u32 {
  const frames = framesSubmitted(ticket);
  const end = get(ticket, Ticket.Consumed) + OUTPUT_FRAMES;
  return frames < end ? min(end - frames, OUTPUT_FRAMES) : 0;
}

export function isForced(ticket: u32): bool {
  return get(ticket, Ticket.StepsSubmitted) < get(ticket, Ticket.Known);
}

/**
 * Frame steps that the ticket's next run may have; 0 when it may not run. A full ring stops its own
 * row only: rather than shorten everybody's run, the row sits out until a whole run fits.
 */
function stepsAllowed(ticket: u32, most: u32): u32 {
  const steps = get(ticket, Ticket.StepsSubmitted);
  if (isForced(ticket)) {
    const given = get(ticket, Ticket.Given);
    return given > steps ? min(given - steps, ringSpace(ticket)) : 0;
  }
  const left = get(ticket, Ticket.PicksMax) - steps;
  // A row whose open text has run dry pauses; it is never fed what stands for the text's end.
  const text = textSteps(ticket);
  if (steps >= text) return 0;
  // The first packet waits for one frame only, so a first run of many does not delay it.
  const allowed: u32 = min(min(most, left), text - steps);
  // The last step only closes the row.
  const frames: u32 = min(allowed, left - 1);
  return frames <= ringSpace(ticket) ? allowed : 0;
}

/** Tickets that can run frames now, forced or not, with their pages; sets `repeat`. */
export function gatherLanes(list: Lanes, forced: bool, most: u32): void {
  clearLanes(list);
  repeat = u32.MAX_VALUE;
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0 || get(ticket, Ticket.State) != TicketState.Decoding) continue;
    if (get(ticket, Ticket.VocodeOnly) || isForced(ticket) != forced) continue;
    const steps = stepsAllowed(ticket, most);
    if (steps == 0) continue;
    if (!growTo(ticket, get(ticket, Ticket.StepsSubmitted) + steps)) continue;
    repeat = min(repeat, steps);
    pushLane(list, ticket);
  }
}

/** Sees to it that the ticket has pages for so many steps, extending its row. */
function growTo(ticket: u32, steps: u32): bool {
  const held = get(ticket, Ticket.PageCount);
  const last = get(ticket, Ticket.LastPage);
  const needed = pagesForSteps(ticket, steps);
  if (!reservePages(ticket, needed)) {
    parkNewest();
    return false;
  }
  if (needed > held) writePageExtend(ticket, last, needed - held);
  return true;
}

/** One run over the lanes of a list, `times` frames each. False when its program is not defined. */
export function writeFrameRun(entry: usize, list: Lanes, kind: u32, pass: u32, times: u32): bool {
  const lanes = laneCount(list);
  const program = definedProgram(kind, bucketFor(lanes), 1, pass);
  if (program == NO_PROGRAM) return false;
  openRun(program, times, LaneClass.Decode);
  for (let i: u32 = 0; i < lanes; i++) addLane(laneAt(list, i));
  closeRun(0);
  markRuns(entry);
  return true;
}

/** Counts `times` steps for every lane of a list. */
export function countSteps(entry: usize, list: Lanes, runKind: RunKind, times: u32): void {
  for (let i: u32 = 0; i < laneCount(list); i++) {
    const ticket = laneAt(list, i);
    set(ticket, Ticket.RunKind, runKind);
    set(ticket, Ticket.RunFrom, framesSubmitted(ticket));
    set(ticket, Ticket.StepsSubmitted, get(ticket, Ticket.StepsSubmitted) + times);
    mention(entry, ticket);
  }
}

/** Frames of every ticket whose codes are known already. */
export function writeForced(entry: usize): bool {
  gatherLanes(Lanes.Forced, true, 0);
  if (laneCount(Lanes.Forced) == 0) return true;
  const times = repeat;
  if (!writeFrameRun(entry, Lanes.Forced, ProgramKind.Forced, 0, times)) return false;
  countSteps(entry, Lanes.Forced, RunKind.Forced, times);
  return true;
}

/** Whether one request, whatever its segments, is all there is and has begun to speak. */
function mayRunLong(): bool {
  let front: i32 = -1;
  let steps: u32 = 0;
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0 || get(ticket, Ticket.State) > <u32>TicketState.Decoding) continue;
    if (front >= 0 && get(front, Ticket.Arrival) != get(ticket, Ticket.Arrival)) return false;
    front = ticket;
    steps = max(steps, get(ticket, Ticket.StepsSubmitted));
  }
  return steps >= SHORT_FRAMES && isOnlyRequest(get(front, Ticket.Arrival));
}

/** Whether no other request waits for a row. */
function isOnlyRequest(arrival: u32): bool {
  if (inState(TicketState.Queued) + inState(TicketState.Parked) == 0) return true;
  for (let ticket: u32 = 0; ticket < tickets(); ticket++) {
    const state = get(ticket, Ticket.State);
    if (state != TicketState.Queued && state != TicketState.Parked) continue;
    if (get(ticket, Ticket.Arrival) != arrival) return false;
  }
  return true;
}

/** Frames of every ticket that speaks, in one run, as many as all of them allow. */
export function writeDecode(entry: usize): bool {
  const isPromptLeft = inState(TicketState.Prefilling) > 0;
  const short = isPromptLeft ? RUN_BESIDE_PROMPTS : min(SHORT_RUN, config.repeatMax);
  const most = config.repeatMax > short && mayRunLong() ? config.repeatMax : short;
  gatherLanes(Lanes.Decode, false, most);
  if (laneCount(Lanes.Decode) == 0 && most > short) gatherLanes(Lanes.Decode, false, short);
  if (laneCount(Lanes.Decode) == 0) return true;
  const times = repeat;
  if (!writeFrameRun(entry, Lanes.Decode, ProgramKind.Decode, 0, times)) return false;
  countSteps(entry, Lanes.Decode, RunKind.Decode, times);
  return true;
}
