import { config, talkerConfig } from "../config";
import { referenceMax } from "../encoder-config";
import { AddResult, PollResult } from "../results";
import { ABSENT, AdmitRecord, ErrorCode, ProgramKind } from "../../shared/gen/protocol.as";
import { REQUEST_AT } from "../arenas";
import { VOCAB_MAX } from "../sampling/pick";
import { writeAdmits, writeReleases, writeTexts } from "./admission";
import { writeDecode, writeForced, writePrefill } from "./batcher";
import { applyCompletion } from "./completions";
import { definedProgram, definitionFailed, isDefining, needsWeights } from "./definitions";
import { resetDefinitions, writeDefinition } from "./definitions";
import { resetHostFrame, writeHostFrame } from "./host-frame";
import { SUBMISSIONS_MAX, closeEntry, openEntry, resetInFlight, runsInFlight } from "./in-flight";
import { submissionsInFlight, tokenOf } from "./in-flight";
import { resetKnownCodes, wantCodes, writeKnownCodes } from "./known-codes";
import { allPages, resetPages } from "./kv-pages";
import { freeRows, pagesOfRequest, resetRows } from "./rows";
import { NO_PROGRAM, beginSubmission, finishSubmission, submissionRecords } from "./submission";
import { Ticket, TicketState, addTicket, appendText, get, queuedCount } from "./tickets";
import { resetTickets, set, setState } from "./tickets";
import { clearRunKinds, writePrimes, writeVocode } from "./vocode";

/** Submissions with runs at once: one at work, one that follows it without a pause. */
const DEPTH: u32 = 2;
/** Places beyond rows and queue, for tickets that are over but still held. */
const SPARE_TICKETS: u32 = 16;

let failure: u32 = ErrorCode.Ok;
/** Programs made before the first request: those every request needs. */
let warmed: u32 = 0;
const WARM_COUNT: u32 = 8;

/** Starts over with the configuration read last. False when its limits do not fit the arenas. */
export function resetSchedule(): bool {
  failure = ErrorCode.Ok;
  warmed = WARM_COUNT;
  resetDefinitions();
  resetHostFrame();
  resetInFlight();
  resetKnownCodes();
  beginSubmission();
  if (config.hostSampling && max(config.talkerVocab, config.predictorVocab) > VOCAB_MAX)
    return false;
  if (!resetRows() || !resetPages(config.pages)) return false;
  const kept = config.rows;
  const count = config.rows + config.queueMax + SPARE_TICKETS + kept;
  return resetTickets(count, kept, config.promptMax, config.textMax);
}

/** The next polls define what every request needs, before there is one. */
export function warmSchedule(): void {
  warmed = 0;
}

/** error_code that the sidecar answered and that nothing can be planned after. */
export function scheduleFailure(): u32 {
  return failure;
}

/** Adds the request at REQUEST_AT, of `arrival` unless ABSENT; a ticket, or an AddResult. */
export function addRequest(
  priority: u32,
  vocodeFrames: u32,
  codesOnly: u32,
  arrival: u32,
  known: u32,
): i32 {
  const at = REQUEST_AT;
  const prompt = AdmitRecord.promptCount(at);
  const picks = AdmitRecord.maxNewTokens(at);
  if (prompt > config.promptMax || AdmitRecord.textCount(at) > config.textMax) {
    return AddResult.TooLong;
  }
  if (vocodeFrames > config.framesMax || (vocodeFrames == 0 && prompt == 0)) return AddResult.Bad;
  if (vocodeFrames > 0 && (prompt > 0 || codesOnly != 0)) return AddResult.Bad;
  if (picks == 0 || picks > config.framesMax + 1 || known >= picks) return AddResult.Bad;
  if (pagesOfRequest(prompt, picks) > allPages() && vocodeFrames == 0) return AddResult.KvMemory;
  // A later segment does not queue again: its request has a place already.
  if (arrival == ABSENT && queuedCount() >= config.queueMax + freeRows()) {
    return AddResult.QueueFull;
  }
  if (!isVoice(AdmitRecord.voiceCount(at), AdmitRecord.referenceCount(at))) return AddResult.Bad;
  const ticket = addTicket(priority, vocodeFrames, codesOnly, arrival, known);
  return ticket < 0 ? AddResult.QueueFull : ticket;
}

/** Whether a request may bring a vector of so many words and so many frames of a recording. */
function isVoice(words: u32, frames: u32): bool {
  if (words == 0) return frames == 0;
  return referenceMax > 0 && words == talkerConfig.width && frames <= referenceMax;
}

/**
 * The `count` text ids at REQUEST_AT follow the ticket's open text, which ends with them if
 * `isClosed`. 0, or an AddResult; what comes for a ticket that is over is dropped.
 */
export function extendText(ticket: u32, count: u32, isClosed: bool): i32 {
  if (get(ticket, Ticket.TextOpen) == 0) return AddResult.Bad;
  if (count > config.textMax - get(ticket, Ticket.TextCount)) return AddResult.TooLong;
  appendText(ticket, REQUEST_AT, count, isClosed);
  return 0;
}

/** The user took the ticket's frames up to `frames`. */
export function markConsumed(ticket: u32, frames: u32): void {
  set(ticket, Ticket.Consumed, max(get(ticket, Ticket.Consumed), frames));
}

/** Stops the ticket, which stays until releaseTicket(). */
export function cancelTicket(ticket: u32): void {
  set(ticket, Ticket.Cancelled, 1);
  if (isWaiting(ticket)) setState(ticket, TicketState.Finished);
}

/** Whether the ticket holds no row but wants one. */
function isWaiting(ticket: u32): bool {
  const state = get(ticket, Ticket.State);
  return state == TicketState.Queued || state == TicketState.Parked;
}

/** The host has no more use for the ticket: it stops if it is not over, and frees itself. */
export function releaseTicket(ticket: u32): void {
  const state = get(ticket, Ticket.State);
  if (state == TicketState.Free) return;
  if (state == TicketState.Finished || isWaiting(ticket)) {
    setState(ticket, TicketState.Free);
    return;
  }
  set(ticket, Ticket.Released, 1);
  // A row that is being given back is let go; a parked one must not come back.
  set(ticket, Ticket.Cancelled, 1);
  if (state == TicketState.Closing) set(ticket, Ticket.After, TicketState.Finished);
}

/** What the host has to do next. */
export function pollSchedule(): PollResult {
  if (failure != ErrorCode.Ok) return PollResult.Failed;
  if (submissionsInFlight() >= SUBMISSIONS_MAX) return PollResult.Idle;
  const entry = openEntry();
  beginSubmission();
  writeReleases(entry);
  if (!isDefining() && runsInFlight() < DEPTH) writeWork(entry);
  if (submissionRecords() > 0) return send(entry);
  if (isDefining() && !needsWeights()) {
    writeDefinition();
    return send(entry);
  }
  closeEntry(entry);
  if (definitionFailed()) return PollResult.PlanFailed;
  if (isDefining()) return PollResult.Weights;
  return runsInFlight() < DEPTH && wantCodes() ? PollResult.Codes : PollResult.Idle;
}

function send(entry: usize): PollResult {
  finishSubmission(tokenOf(entry));
  return PollResult.Submission;
}

/** Admissions and runs, until there are no more or a program has to be defined first. */
function writeWork(entry: usize): void {
  if (!warm()) return;
  writeAdmits(entry);
  writeTexts();
  clearRunKinds();
  writeKnownCodes();
  if (!writePrefill(entry)) return;
  if (!writeForced(entry)) return;
  const isWritten = config.hostSampling ? writeHostFrame(entry) : writeDecode(entry);
  if (isWritten && writePrimes(entry)) writeVocode(entry);
}

/** Asks for the programs of a single request; false while one has to be defined. */
function warm(): bool {
  for (; warmed < WARM_COUNT; warmed++) {
    if (warmProgram(warmed) == NO_PROGRAM) return false;
  }
  return true;
}

function warmProgram(index: u32): u32 {
  if (index == 0) return definedProgram(ProgramKind.Prefill, 1, 16, 0);
  if (index == 1) return definedProgram(ProgramKind.Prefill, 1, 64, 0);
  if (index == 2) return definedProgram(ProgramKind.Prefill, 1, 256, 0);
  if (index == 3) {
    const kind = config.hostSampling ? ProgramKind.Head : ProgramKind.Decode;
    return definedProgram(kind, 1, 1, 0);
  }
  // Packets of 1, 2, 4 … frames up to the steady ones.
  const frames = min((<u32>1) << (index - 4), config.vocodeSteady);
  return definedProgram(ProgramKind.Vocode, 1, frames, 0);
}

/** Takes the completion at COMPLETION_AT; answers its status. */
export function completeSubmission(): u32 {
  const status = applyCompletion();
  if (status != ErrorCode.Ok) failure = status;
  return status;
}
