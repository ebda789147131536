// The planner's exports: the only ones, all plain numbers. Addresses are of this module's memory,
// which never grows, so that views of it stay valid. A caller's mistake is answered, never a trap.
import {
  CODES_AT,
  COMPLETION_AT,
  CONFIG_AT,
  LAYOUT_AT,
  LOGITS_AT,
  LOGITS_STRIDE,
  PICK_SCRATCH_AT,
  REQUEST_AT,
  REQUEST_BYTES_MAX,
  SEEN_AT,
  SUBMISSION_AT,
} from "./arenas";
import {
  buildEncoder,
  clearPendingWeights,
  lastPlanError,
  pendingWeightsAt as graphWeightsAt,
  pendingWeightsBytes as graphWeightsBytes,
  preparePlanner,
  programFor,
  builtProgramAt,
  builtProgramBytes,
} from "./graph/programs";
import { resultAt, resultBytes } from "./graph/recording";
import { AddResult } from "./results";
import { drawnWeight, pick, settings } from "./sampling/pick";
import {
  addRequest,
  cancelTicket,
  completeSubmission,
  extendText,
  markConsumed,
  pollSchedule,
  releaseTicket,
  resetSchedule,
  scheduleFailure,
  warmSchedule,
} from "./schedule/schedule";
import { isDefining } from "./schedule/definitions";
import { logitsAwaited } from "./schedule/host-frame";
import { roundTrips as roundTripsNow } from "./schedule/in-flight";
import { freePages } from "./schedule/kv-pages";
import {
  acceptCodes,
  wantedFirstFrame,
  wantedFrameCount,
  wantedTicket as wantedTicketNow,
} from "./schedule/known-codes";
import { freeRows } from "./schedule/rows";
import { submissionBytes as submissionBytesNow } from "./schedule/submission";
import { Ticket, TicketState, get, queuedCount, tickets } from "./schedule/tickets";
import { ABSENT, PlanError } from "../shared/gen/protocol.as";

/** Address of the PlannerConfig record, written before configure(). */
export function configAt(): usize {
  return CONFIG_AT;
}

/** Takes the configuration and forgets everything else. Returns a plan_error. */
export function configure(): u32 {
  const error = preparePlanner();
  if (error != PlanError.Ok) return error;
  return resetSchedule() ? PlanError.Ok : PlanError.BadLimits;
}

/** Address of the EngineLayout record, valid after configure(). */
export function layoutAt(): usize {
  return LAYOUT_AT;
}

/** Lets the next polls define the programs that every request needs. */
export function warm(): void {
  warmSchedule();
}

/** Address of a request to be added: AdmitRecord, prompt entries, text ids. */
export function requestAt(): usize {
  return REQUEST_AT;
}

/** Bytes that a request may have. */
export function requestBytesMax(): u32 {
  return <u32>REQUEST_BYTES_MAX;
}

/**
 * Adds the request at requestAt(). Its row, generation and page fields are ignored.
 *
 * @param priority Larger goes first.
 * @param vocodeFrames Frames of codes to turn into PCM, with an empty prompt; 0 for speech.
 * @param codesOnly 1: its codes are wanted and no PCM of them.
 * @param place ticketPlace() of the request that this is a later segment of, which then does not
 *   count against the queue; ABSENT for a new request.
 * @param known Frames whose codes the host has, since a sidecar that is gone made them: they are
 *   asked for and made again.
 * @returns A ticket, or a negative AddResult.
 */
export function add(priority: u32, vocodeFrames: u32, codesOnly: u32, place: u32, known: u32): i32 {
  return addRequest(priority, vocodeFrames, codesOnly, place, known);
}

/**
 * More of an open text: `count` text ids at requestAt() follow what the ticket has, and with
 * `closed` the text ends with them. Returns 0, or a negative AddResult.
 */
export function giveText(ticket: u32, count: u32, closed: u32): i32 {
  return ticket < tickets() ? extendText(ticket, count, closed != 0) : AddResult.Bad;
}

/** The host is done with the ticket: it is stopped unless it is over, and its number is free. */
export function release(ticket: u32): void {
  if (ticket < tickets()) releaseTicket(ticket);
}

/** Stops the ticket, which stays until release(). */
export function cancel(ticket: u32): void {
  if (ticket < tickets()) cancelTicket(ticket);
}

/** The user took the ticket's frames up to `frames`, counted from its first one. */
export function consumed(ticket: u32, frames: u32): void {
  if (ticket < tickets()) markConsumed(ticket, frames);
}

/** What to do next: a PollResult. To be asked again until it is Idle. */
export function poll(): u32 {
  return pollSchedule();
}

/** PollResult.Weights: address of the pending WeightEntry records. */
export function weightsAt(): usize {
  return graphWeightsAt();
}

/** Bytes of the pending WeightEntry records. */
export function weightsBytes(): u32 {
  return graphWeightsBytes();
}

/** The pending weights are with the sidecar. */
export function weightsSent(): void {
  clearPendingWeights();
}

/** PollResult.Submission: address of its bytes. */
export function submissionAt(): usize {
  return SUBMISSION_AT;
}

/** Bytes of the submission. */
export function submissionBytes(): u32 {
  return submissionBytesNow();
}

/** PollResult.Codes: whose codes are wanted. */
export function wantedTicket(): i32 {
  return wantedTicketNow();
}

/** First frame wanted. */
export function wantedFirst(): u32 {
  return wantedFirstFrame();
}

/** Frames wanted. */
export function wantedFrames(): u32 {
  return wantedFrameCount();
}

/** Address for the wanted codes, frame by frame. */
export function codesAt(): usize {
  return CODES_AT;
}

/** The wanted codes are at codesAt(). */
export function codesGiven(): void {
  acceptCodes();
}

/** Address for a completion: CompletionHeader and its LaneResults. */
export function completionAt(): usize {
  return COMPLETION_AT;
}

/** Host sampling: logits that the row brings in the submission with this token; 0: none. */
export function logitsWanted(token: u32, row: u32): u32 {
  return logitsAwaited(token, row);
}

/** Host sampling: address for a row's logits (f32), to be written before complete(). */
export function logitsAt(row: u32): usize {
  return LOGITS_AT + row * LOGITS_STRIDE;
}

/** Takes the completion at completionAt(). Returns its error_code, also kept for failure(). */
export function complete(): u32 {
  return completeSubmission();
}

/** The error_code that stopped the planner; 0: none. */
export function failure(): u32 {
  return scheduleFailure();
}

/** The plan_error of the program asked for last. */
export function planError(): u32 {
  return lastPlanError();
}

/** TicketState of a ticket. */
export function ticketState(ticket: u32): u32 {
  return ticket < tickets() ? get(ticket, Ticket.State) : TicketState.Free;
}

/** Row that the ticket holds; meaningless in states without one. */
export function ticketRow(ticket: u32): u32 {
  return ticket < tickets() ? get(ticket, Ticket.Row) : ABSENT;
}

/** Generation under which it holds its row; 0 when it holds none. */
export function ticketGeneration(ticket: u32): u32 {
  if (ticket >= tickets()) return 0;
  const state = get(ticket, Ticket.State);
  const holdsNone =
    state <= <u32>TicketState.Queued ||
    state == TicketState.Parked ||
    state == TicketState.Finished;
  return holdsNone ? 0 : get(ticket, Ticket.Generation);
}

/** Frames of the whole ticket once that is certain; ABSENT before. */
export function ticketFrames(ticket: u32): u32 {
  if (ticket >= tickets() || !get(ticket, Ticket.Done)) return ABSENT;
  if (get(ticket, Ticket.VocodeOnly)) return get(ticket, Ticket.Known);
  return get(ticket, Ticket.CodesCount);
}

/** finish_reason of the ticket. */
export function ticketFinish(ticket: u32): u32 {
  return ticket < tickets() ? get(ticket, Ticket.FinishReason) : 0;
}

/** The ticket's place in the order of arrival, also for later segments of its request. */
export function ticketPlace(ticket: u32): u32 {
  return ticket < tickets() ? get(ticket, Ticket.Arrival) : ABSENT;
}

/** Submissions for the ticket that could only be made after a completion was consumed. */
export function ticketRoundTrips(ticket: u32): u32 {
  return ticket < tickets() ? get(ticket, Ticket.RoundTrips) : 0;
}

/** The same of all tickets since configure(); a submission for several of them counts once. */
export function roundTrips(): u32 {
  return roundTripsNow();
}

/** Requests that wait for a row. */
export function waitingCount(): u32 {
  return queuedCount();
}

/** Rows that no ticket holds. */
export function freeRowCount(): u32 {
  return freeRows();
}

/** KV pages that no ticket holds. */
export function freePageCount(): u32 {
  return freePages();
}

/**
 * Builds the program of a key, for tests and for people: a program id, or -1 with planError(). Its
 * bytes are at programAt() until another is built.
 */
export function buildProgram(kind: u32, lanes: u32, tokens: u32, pass: u32): i32 {
  return programFor(kind, lanes, tokens, pass);
}

/**
 * Builds the program of an encoder (program_kind encode_*) for a recording of `samples` PCM
 * samples: 1, or 0 with planError(); 2 while another program is being sent, after which to ask
 * again. Its bytes are at programAt(), to be copied before the next poll; its weights are pending.
 */
export function encoderFor(kind: u32, samples: u32): u32 {
  if (isDefining()) return 2;
  return buildEncoder(kind, samples) ? 1 : 0;
}

/** Where the result of the encoder built last lies in its arena, in units. */
export function encoderResultAt(): u32 {
  return resultAt;
}

/** Bytes of that result. */
export function encoderResultBytes(): u32 {
  return resultBytes;
}

/** Address of the program built last. */
export function programAt(): usize {
  return builtProgramAt();
}

/** Bytes of the program built last. */
export function programBytes(): u32 {
  return builtProgramBytes();
}

/** Sets how pickOnce picks: talker group 0 or another group. See PickSettings for the units. */
export function pickWith(
  group: u32,
  doSample: u32,
  temperature: f32,
  topK: u32,
  topP: u32,
  penalty: f32,
): void {
  settings.group = group;
  settings.doSample = doSample != 0;
  settings.temperature = temperature;
  settings.topK = topK;
  settings.topP = topP;
  settings.penalty = penalty;
}

/** Sets what pickOnce bars in group 0. */
export function pickBars(audioCodes: u32, endId: u32, minNewTokens: u32, seenWords: u32): void {
  settings.audioCodes = audioCodes;
  settings.endId = endId;
  settings.minNewTokens = minNewTokens;
  settings.seen = SEEN_AT;
  settings.seenWords = seenWords;
}

/** Address of pickOnce's bit set of ids picked before. */
export function pickSeenAt(): usize {
  return SEEN_AT;
}

/** One pick from `vocab` logits at logitsAt(0), which it changes; -1 for bad logits. */
export function pickOnce(vocab: u32, frame: u32, segment: u32, seedLo: u32, seedHi: u32): i32 {
  settings.frame = frame;
  settings.segment = segment;
  settings.seedLo = seedLo;
  settings.seedHi = seedHi;
  return pick(LOGITS_AT, vocab, PICK_SCRATCH_AT);
}

/** After a pickOnce that sampled: what `id` weighed in it, in 2^-30; -1 when it was dropped. */
export function pickWeight(id: u32): i32 {
  return drawnWeight(LOGITS_AT, id);
}
