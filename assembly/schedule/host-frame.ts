// Host sampling: a frame is a chain of runs, head, one predictor pass a group, talker, with a pick
// here between any two. All lanes of a frame go through it together; others join at the next one.
import { FRAME_CODES_AT, LOGITS_AT, LOGITS_STRIDE, SEEN_AT, SEEN_STRIDE } from "../arenas";
import { PICK_SCRATCH_AT } from "../arenas";
import { config } from "../config";
import { AdmitRecord, FinishReason, ProgramKind } from "../../shared/gen/protocol.as";
import { BAD_LOGITS, pick, settings } from "../sampling/pick";
import { markSeen } from "../sampling/repetition";
import { RunKind, countSteps, gatherLanes, writeFrameRun } from "./batcher";
import { definedProgram } from "./definitions";
import { mention, tokenOf } from "./in-flight";
import { Lanes, bucketFor, clearLanes, dropLane, laneAt, laneCount } from "./lanes";
import { NO_PROGRAM, writeCodeExtend } from "./submission";
import { Ticket, TicketState, get, requestOf, set, setState } from "./tickets";

const NONE: u32 = 0;

/** Group whose logits come next; `groups` when the frame lacks only its talker step. */
let group: u32 = 0;
/** Submission whose completion brings the logits. */
let awaited: u32 = NONE;

export function resetHostFrame(): void {
  group = 0;
  awaited = NONE;
  clearLanes(Lanes.Host);
}

/** Logits that a row's lane of the submission with this token brings; 0 when it brings none. */
export function logitsAwaited(token: u32, row: u32): u32 {
  if (token != awaited || awaited == NONE) return 0;
  for (let i: u32 = 0; i < laneCount(Lanes.Host); i++) {
    const ticket = laneAt(Lanes.Host, i);
    if (get(ticket, Ticket.State) != TicketState.Decoding) continue;
    if (get(ticket, Ticket.Row) != row) continue;
    return group == 0 ? config.talkerVocab : config.predictorVocab;
  }
  return 0;
}

function frameCodesOf(ticket: u32): usize {
  return FRAME_CODES_AT + ((<usize>get(ticket, Ticket.Row) * config.groups) << 2);
}

function seenOf(ticket: u32): usize {
  return SEEN_AT + get(ticket, Ticket.Row) * SEEN_STRIDE;
}

/** Lanes whose ticket was stopped or parked leave the frame. */
function dropStopped(): void {
  for (let i = laneCount(Lanes.Host); i > 0; i--) {
    const ticket = laneAt(Lanes.Host, i - 1);
    if (get(ticket, Ticket.State) != TicketState.Decoding) dropLane(Lanes.Host, i - 1);
  }
  if (laneCount(Lanes.Host) == 0) group = 0;
}

/** The next link of the chain. False when its program has to be defined first. */
export function writeHostFrame(entry: usize): bool {
  if (awaited != NONE) return true;
  dropStopped();
  if (group == config.groups && !writeTalker(entry)) return false;
  if (group == 0) {
    gatherLanes(Lanes.Host, false, 1);
    if (laneCount(Lanes.Host) == 0) return true;
    if (!writeFrameRun(entry, Lanes.Host, ProgramKind.Head, 0, 1)) {
      // The lanes are gathered again when the program is there.
      clearLanes(Lanes.Host);
      return false;
    }
  } else if (!writeGivingCode(entry, ProgramKind.Predictor, group - 1)) {
    return false;
  }
  for (let i: u32 = 0; i < laneCount(Lanes.Host); i++) mention(entry, laneAt(Lanes.Host, i));
  awaited = tokenOf(entry);
  return true;
}

/** The frame has all its codes: they are published and the talker steps on. */
function writeTalker(entry: usize): bool {
  if (!writeGivingCode(entry, ProgramKind.Talker, 0)) return false;
  countSteps(entry, Lanes.Host, RunKind.Decode, 1);
  group = 0;
  clearLanes(Lanes.Host);
  return true;
}

/** A run that needs the code of group `group - 1`, which was just picked. */
function writeGivingCode(entry: usize, kind: u32, pass: u32): bool {
  const lanes = laneCount(Lanes.Host);
  if (definedProgram(kind, bucketFor(lanes), 1, pass) == NO_PROGRAM) return false;
  for (let i: u32 = 0; i < lanes; i++) {
    const ticket = laneAt(Lanes.Host, i);
    const frame = get(ticket, Ticket.StepsSubmitted);
    const code = frameCodesOf(ticket) + ((<usize>(group - 1)) << 2);
    if (group == config.groups) set(ticket, Ticket.Given, frame + 1);
    const first = frame * config.groups + group - 1;
    writeCodeExtend(ticket, code, first, 1, get(ticket, Ticket.Given));
  }
  return writeFrameRun(entry, Lanes.Host, kind, pass, 1);
}

/** The logits of the submission with this token are at LOGITS_AT: picks for every lane. */
export function applyLogits(token: u32): void {
  if (awaited == NONE || token != awaited) return;
  awaited = NONE;
  dropStopped();
  for (let i = laneCount(Lanes.Host); i > 0; i--) {
    const ticket = laneAt(Lanes.Host, i - 1);
    const reason = pickFor(ticket);
    if (reason == FinishReason.None) continue;
    set(ticket, Ticket.Done, 1);
    set(ticket, Ticket.FinishReason, reason);
    setState(ticket, TicketState.Draining);
    dropLane(Lanes.Host, i - 1);
  }
  group = laneCount(Lanes.Host) == 0 ? 0 : group + 1;
}

/** Picks the ticket's code of `group`, or answers why its row ends. */
function pickFor(ticket: u32): FinishReason {
  const logits = LOGITS_AT + get(ticket, Ticket.Row) * LOGITS_STRIDE;
  const vocab = group == 0 ? config.talkerVocab : config.predictorVocab;
  const frame = get(ticket, Ticket.StepsSubmitted);
  settle(ticket, frame);
  const code = pick(logits, vocab, PICK_SCRATCH_AT);
  if (code == BAD_LOGITS) return FinishReason.BadLogits;
  if (group == 0 && code == config.codecEos) return FinishReason.Stop;
  if (group == 0 && get(ticket, Ticket.PicksMax) <= frame + 1) return FinishReason.Length;
  store<u32>(frameCodesOf(ticket) + ((<usize>group) << 2), code);
  if (group == 0) markSeen(seenOf(ticket), code);
  return FinishReason.None;
}

/** Fills the pick's settings from the ticket's request. */
function settle(ticket: u32, frame: u32): void {
  const request = requestOf(ticket);
  const isFirst = group == 0;
  settings.doSample =
    (isFirst ? AdmitRecord.talkerDoSample(request) : AdmitRecord.predictorDoSample(request)) != 0;
  settings.temperature = isFirst
    ? AdmitRecord.talkerTemperature(request)
    : AdmitRecord.predictorTemperature(request);
  settings.topK = isFirst ? AdmitRecord.talkerTopK(request) : AdmitRecord.predictorTopK(request);
  settings.topP = isFirst ? AdmitRecord.talkerTopP(request) : AdmitRecord.predictorTopP(request);
  settings.penalty = AdmitRecord.talkerRepetitionPenalty(request);
  settings.seen = seenOf(ticket);
  settings.seenWords = (config.talkerVocab + 31) / 32;
  settings.audioCodes = config.codebookSize;
  settings.endId = config.codecEos;
  settings.minNewTokens = AdmitRecord.minNewTokens(request);
  settings.frame = frame;
  settings.group = group;
  settings.segment = AdmitRecord.segment(request);
  settings.seedLo = AdmitRecord.seedLo(request);
  settings.seedHi = AdmitRecord.seedHi(request);
}
