import { CODES_AT, SEEN_AT, SEEN_STRIDE } from "../arenas";
import { config } from "../config";
import { OUTPUT_FRAMES } from "../../shared/gen/protocol.as";
import { markSeen } from "../sampling/repetition";
import { holderOf } from "./rows";
import { submissionSpace, writeCodeExtend } from "./submission";
import { Ticket, TicketState, get, set } from "./tickets";

/** Ticket whose codes the host is asked for, and which; -1: nobody's. */
let wanted: i32 = -1;
let wantedFirst: u32 = 0;
let wantedFrames: u32 = 0;
let areThere: bool = false;

export function resetKnownCodes(): void {
  wanted = -1;
  areThere = false;
}

export function wantedTicket(): i32 {
  return wanted;
}

export function wantedFirstFrame(): u32 {
  return wantedFirst;
}

export function wantedFrameCount(): u32 {
  return wantedFrames;
}

/** The host has written the wanted codes at CODES_AT. */
export function acceptCodes(): void {
  areThere = wanted >= 0;
}

/**
 * Codes that a row lacks: those of a replay, or of a vocode-only ticket as far as its output ring
 * has space. Returns whether the host must give them first.
 */
export function wantCodes(): bool {
  wanted = -1;
  areThere = false;
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0 || get(ticket, Ticket.State) != TicketState.Decoding) continue;
    const given = get(ticket, Ticket.Given);
    let end = get(ticket, Ticket.Known);
    if (get(ticket, Ticket.VocodeOnly)) {
      end = min(end, get(ticket, Ticket.Consumed) + OUTPUT_FRAMES);
    }
    if (given >= end) continue;
    wanted = ticket;
    wantedFirst = given;
    wantedFrames = min(end - given, OUTPUT_FRAMES);
    return true;
  }
  return false;
}

/**
 * Passes the codes that the host gave on to their row. As with text, it is no mention: alone in a
 * submission, it completes before the runs of earlier ones.
 */
export function writeKnownCodes(): void {
  if (!areThere) return;
  areThere = false;
  const ticket = <u32>wanted;
  wanted = -1;
  // The ticket may have been stopped or parked since.
  if (get(ticket, Ticket.State) != TicketState.Decoding) return;
  if (get(ticket, Ticket.Given) != wantedFirst) return;
  const count = wantedFrames * config.groups;
  assert(count * 4 < submissionSpace());
  const given = wantedFirst + wantedFrames;
  writeCodeExtend(ticket, CODES_AT, wantedFirst * config.groups, count, given);
  set(ticket, Ticket.Given, given);
  if (config.hostSampling && !get(ticket, Ticket.VocodeOnly)) rememberGroup0(ticket);
}

/** The planner's own history, which the picks after a replay go on from. */
function rememberGroup0(ticket: u32): void {
  const seen = SEEN_AT + get(ticket, Ticket.Row) * SEEN_STRIDE;
  for (let frame: u32 = 0; frame < wantedFrames; frame++) {
    markSeen(seen, load<u32>(CODES_AT + ((<usize>(frame * config.groups)) << 2)));
  }
}
