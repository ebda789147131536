import { SEEN_AT, SEEN_STRIDE } from "../arenas";
import { config } from "../config";
import { RecordKind } from "../../shared/gen/protocol.as";
import { freePages, takePages } from "./kv-pages";
import { mention } from "./in-flight";
import { freeRows, holderOf, isAnyStarved, pagesForSteps, takeRow } from "./rows";
import { admitBytes, submissionSpace, textExtendBytes, writeAdmit } from "./submission";
import { writeRowRecord, writeTextExtend } from "./submission";
import { Ticket, TicketState, get, goesBefore, inState, set, setState, tickets } from "./tickets";

/** Of a submission, kept for the codes, pages and runs that are written last. */
const WORK_BYTES: u32 = 0x8000;

/** Rows that cancelled, finished and parked tickets give back. */
export function writeReleases(entry: usize): void {
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0) continue;
    const state = get(ticket, Ticket.State);
    if (state == TicketState.Closing) continue;
    if (get(ticket, Ticket.Cancelled)) {
      // It takes effect between two frames, so it need not wait for what is in flight.
      writeRowRecord(RecordKind.Cancel, ticket);
      writeRelease(entry, ticket, TicketState.Finished);
    } else if (state == TicketState.Parking && get(ticket, Ticket.InFlight) == 0) {
      writeRelease(entry, ticket, TicketState.Parked);
    } else if (state == TicketState.Draining && isDrained(ticket)) {
      writeRelease(entry, ticket, TicketState.Finished);
    }
  }
}

/** Whether nothing more will name the ticket's row: its frames are PCM, where they are to be. */
function isDrained(ticket: u32): bool {
  if (get(ticket, Ticket.InFlight) > 0) return false;
  if (get(ticket, Ticket.CodesOnly)) return true;
  return get(ticket, Ticket.Vocoded) >= get(ticket, Ticket.CodesCount);
}

function writeRelease(entry: usize, ticket: u32, after: TicketState): void {
  writeRowRecord(RecordKind.Release, ticket);
  // Nobody waits for a release: it is no round trip.
  set(ticket, Ticket.Unspent, 0);
  mention(entry, ticket);
  set(ticket, Ticket.After, after);
  setState(ticket, TicketState.Closing);
}

/** Waiting tickets take rows and pages, in their order: nobody overtakes one that needs more. */
export function writeAdmits(entry: usize): void {
  for (;;) {
    if (freeRows() == 0 || isAnyStarved()) return;
    const ticket = firstWaiting();
    if (ticket < 0) return;
    const pages = firstPages(ticket);
    if (freePages() < pages + slackFor(ticket)) return;
    // What does not fit behind the other records goes first into the next submission.
    if (admitBytes(ticket) + 4 * pages + WORK_BYTES > submissionSpace()) return;
    takePages(ticket, pages);
    takeRow(ticket);
    writeAdmit(ticket);
    const seen = SEEN_AT + get(ticket, Ticket.Row) * SEEN_STRIDE;
    memory.fill(seen, 0, SEEN_STRIDE);
    const hasPrompt = get(ticket, Ticket.PromptCount) > 0;
    setState(ticket, hasPrompt ? TicketState.Prefilling : TicketState.Decoding);
    mention(entry, ticket);
  }
}

/**
 * Rows get the text that came since they were admitted. It is no mention: alone in a submission, it
 * completes before the runs of earlier ones, whose frames it must not answer for.
 */
export function writeTexts(): void {
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0) continue;
    const state = get(ticket, Ticket.State);
    if (state != TicketState.Prefilling && state != TicketState.Decoding) continue;
    const isOver = get(ticket, Ticket.TextOpen) == 0;
    const isAllSent = get(ticket, Ticket.TextSent) == get(ticket, Ticket.TextCount);
    if (isAllSent && (!isOver || get(ticket, Ticket.EndSent))) continue;
    if (textExtendBytes(ticket) + WORK_BYTES > submissionSpace()) return;
    writeTextExtend(ticket);
  }
}

/** The ticket to get the next row; -1 when none waits. Rows that are left go to later segments. */
function firstWaiting(): i32 {
  if (inState(TicketState.Queued) + inState(TicketState.Parked) == 0) return -1;
  let first: i32 = -1;
  let isFirstAhead: bool = false;
  for (let ticket: u32 = 0; ticket < tickets(); ticket++) {
    const state = get(ticket, Ticket.State);
    if (state != TicketState.Queued && state != TicketState.Parked) continue;
    const ahead = isAhead(ticket);
    const isBetter = ahead == isFirstAhead ? goesBefore(ticket, first) : isFirstAhead;
    if (first >= 0 && !isBetter) continue;
    first = ticket;
    isFirstAhead = ahead;
  }
  return first;
}

/** Whether an earlier segment of its request still lacks frames. */
function isAhead(ticket: u32): bool {
  if (!get(ticket, Ticket.Follows)) return false;
  const arrival = get(ticket, Ticket.Arrival);
  for (let other: u32 = 0; other < tickets(); other++) {
    const state = get(other, Ticket.State);
    const speaks = state != TicketState.Free && state < <u32>TicketState.Closing;
    if (!speaks || state == TicketState.Draining) continue;
    if (get(other, Ticket.Arrival) == arrival && goesBefore(other, ticket)) return true;
  }
  return false;
}

/** The prompt and one run; a vocode-only ticket has no talker. */
function firstPages(ticket: u32): u32 {
  if (get(ticket, Ticket.VocodeOnly)) return 0;
  return pagesForSteps(ticket, get(ticket, Ticket.Known) + config.repeatMax);
}

/** A ticket that was parked comes back only when each other one can grow by a page meanwhile. */
function slackFor(ticket: u32): u32 {
  if (get(ticket, Ticket.State) != TicketState.Parked) return 0;
  return inState(TicketState.Prefilling) + inState(TicketState.Decoding);
}

/**
 * A ticket starves for pages: the newest one that holds some is parked, unless one is being parked
 * already or rows are about to come back. The starving one itself may be the newest.
 */
export function parkNewest(): void {
  if (inState(TicketState.Parking) + inState(TicketState.Closing) > 0) return;
  let newest: i32 = -1;
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0) continue;
    const state = get(ticket, Ticket.State);
    if (state != TicketState.Prefilling && state != TicketState.Decoding) continue;
    if (get(ticket, Ticket.PageCount) == 0) continue;
    if (newest < 0 || goesBefore(newest, ticket)) newest = ticket;
  }
  if (newest >= 0) {
    setState(newest, TicketState.Parking);
    set(newest, Ticket.Starved, 0);
  }
}
