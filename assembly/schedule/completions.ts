import { COMPLETION_AT, COMPLETION_BYTES_MAX } from "../arenas";
import { config } from "../config";
import {
  COMPLETION_HEADER_BYTES,
  CompletionHeader,
  ErrorCode,
  LANE_RESULT_BYTES,
  LaneResult,
} from "../../shared/gen/protocol.as";
import { applyLogits } from "./host-frame";
import { closeEntry, findEntry, mentionCount, mentionedSteps } from "./in-flight";
import { mentionedTicket, mentionedVocode } from "./in-flight";
import { giveBack, ticketOfRow } from "./rows";
import { Ticket, TicketState, get, set, setState } from "./tickets";

/**
 * Applies the completion at COMPLETION_AT. Returns its status, or bad_header for one that answers
 * no submission in flight or is longer than the arena.
 */
export function applyCompletion(): u32 {
  const lanes = CompletionHeader.laneCount(COMPLETION_AT);
  if (lanes > (<u32>COMPLETION_BYTES_MAX - COMPLETION_HEADER_BYTES) / LANE_RESULT_BYTES) {
    return ErrorCode.BadHeader;
  }
  const token = CompletionHeader.token(COMPLETION_AT);
  const entry = findEntry(token);
  if (entry == 0) return ErrorCode.BadHeader;
  const status = CompletionHeader.status(COMPLETION_AT);
  for (let i: u32 = 0; i < lanes; i++) {
    applyLane(COMPLETION_AT + COMPLETION_HEADER_BYTES + i * LANE_RESULT_BYTES);
  }
  if (config.hostSampling) applyLogits(token);
  for (let i: u32 = 0; i < mentionCount(entry); i++) {
    settle(mentionedTicket(entry, i), mentionedSteps(entry, i), mentionedVocode(entry, i));
  }
  closeEntry(entry);
  return status == ErrorCode.Cancelled ? ErrorCode.Ok : status;
}

/** Where a row stands; later submissions may have taken it further than this one. */
function applyLane(lane: usize): void {
  const ticket = ticketOfRow(LaneResult.row(lane), LaneResult.generation(lane));
  if (ticket < 0) return;
  set(ticket, Ticket.CodesCount, max(get(ticket, Ticket.CodesCount), LaneResult.codesCount(lane)));
  set(ticket, Ticket.Vocoded, max(get(ticket, Ticket.Vocoded), LaneResult.vocoded(lane)));
  if (LaneResult.done(lane) == 0 || get(ticket, Ticket.Done)) return;
  set(ticket, Ticket.Done, 1);
  set(ticket, Ticket.FinishReason, LaneResult.finishReason(lane));
  const state = get(ticket, Ticket.State);
  if (state == TicketState.Decoding || state == TicketState.Parking) {
    setState(ticket, TicketState.Draining);
    set(ticket, Ticket.Starved, 0);
  }
}

/** One submission less in flight for the ticket, which had `steps` and `vocode` submitted by it. */
function settle(ticket: u32, steps: u32, vocode: u32): void {
  set(ticket, Ticket.InFlight, get(ticket, Ticket.InFlight) - 1);
  set(ticket, Ticket.Unspent, get(ticket, Ticket.Unspent) + 1);
  const isOnlyVocoded = get(ticket, Ticket.VocodeOnly) != 0;
  if (get(ticket, Ticket.State) == TicketState.Decoding) {
    // A run may end early, and a packet may find fewer frames: what fell short is submitted again.
    if (!isOnlyVocoded) lower(ticket, Ticket.StepsSubmitted, steps, get(ticket, Ticket.CodesCount));
    lower(ticket, Ticket.VocodeSubmitted, vocode, get(ticket, Ticket.Vocoded));
  }
  if (isOnlyVocoded && get(ticket, Ticket.Vocoded) == get(ticket, Ticket.Known)) {
    if (get(ticket, Ticket.State) == TicketState.Decoding) {
      set(ticket, Ticket.Done, 1);
      setState(ticket, TicketState.Draining);
    }
  }
  if (get(ticket, Ticket.InFlight) > 0) return;
  if (get(ticket, Ticket.State) == TicketState.Closing) giveBack(ticket);
  if (get(ticket, Ticket.State) == TicketState.Draining) {
    set(ticket, Ticket.VocodeSubmitted, get(ticket, Ticket.Vocoded));
    set(ticket, Ticket.StepsSubmitted, get(ticket, Ticket.CodesCount));
  }
}

/** Takes the shortfall of `reached` against `expected` off a count of what was submitted. */
function lower(ticket: u32, word: Ticket, expected: u32, reached: u32): void {
  if (reached >= expected) return;
  const shortfall = expected - reached;
  const submitted = get(ticket, word);
  set(ticket, word, submitted > shortfall ? submitted - shortfall : 0);
}
