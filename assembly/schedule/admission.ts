import { SEEN_AT, SEEN_STRIDE } from "../arenas";
import { config } from "../config";
import { RecordKind } from "../../shared/gen/protocol.as";
import { freePages, takePages } from "./kv-pages";
import { mention } from "./in-flight";
import { freeRows, isAnyStarved, pagesForSteps, takeRow } from "./rows";
import { admitBytes, submissionSpace, writeAdmit, writeRowRecord } from "./submission";
import { Ticket, TicketState, firstIn, get, goesBefore, set, tickets } from "./tickets";

/** Rows that cancelled, finished and parked tickets give back. */
export function writeReleases(entry: usize): void {
  for (let ticket: u32 = 0; ticket < tickets(); ticket++) {
    const state = get(ticket, Ticket.State);
    if (state == TicketState.Free || state >= <u32>TicketState.Closing) continue;
    if (get(ticket, Ticket.Cancelled)) {
      writeStop(entry, ticket, state);
    } else if (state == TicketState.Parking && get(ticket, Ticket.InFlight) == 0) {
      writeRelease(entry, ticket, TicketState.Parked);
    } else if (state == TicketState.Draining && isDrained(ticket)) {
      writeRelease(entry, ticket, TicketState.Finished);
    }
  }
}

/** Whether all of the ticket's frames are PCM and nothing more will name its row. */
function isDrained(ticket: u32): bool {
  if (get(ticket, Ticket.InFlight) > 0) return false;
  return get(ticket, Ticket.Vocoded) >= get(ticket, Ticket.CodesCount);
}

/** A cancel takes effect between two frames, so it need not wait for what is in flight. */
function writeStop(entry: usize, ticket: u32, state: u32): void {
  if (state == TicketState.Queued || state == TicketState.Parked) {
    const after = get(ticket, Ticket.Released) ? TicketState.Free : TicketState.Finished;
    set(ticket, Ticket.State, after);
    return;
  }
  writeRowRecord(RecordKind.Cancel, ticket);
  writeRelease(entry, ticket, TicketState.Finished);
}

function writeRelease(entry: usize, ticket: u32, after: TicketState): void {
  writeRowRecord(RecordKind.Release, ticket);
  mention(entry, ticket);
  set(ticket, Ticket.After, after);
  set(ticket, Ticket.State, TicketState.Closing);
}

/** Waiting tickets take rows and pages, in their order: nobody overtakes one that needs more. */
export function writeAdmits(entry: usize): void {
  for (;;) {
    const ticket = firstIn(TicketState.Queued, TicketState.Parked);
    if (ticket < 0 || freeRows() == 0 || isAnyStarved()) return;
    const pages = firstPages(ticket);
    if (freePages() < pages + slackFor(ticket)) return;
    // What does not fit behind the other records goes first into the next submission.
    if (admitBytes(ticket) + 4 * pages > submissionSpace()) return;
    takePages(ticket, pages);
    takeRow(ticket);
    writeAdmit(ticket);
    const seen = SEEN_AT + get(ticket, Ticket.Row) * SEEN_STRIDE;
    memory.fill(seen, 0, SEEN_STRIDE);
    const hasPrompt = get(ticket, Ticket.PromptCount) > 0;
    set(ticket, Ticket.State, hasPrompt ? TicketState.Prefilling : TicketState.Decoding);
    mention(entry, ticket);
  }
}

/** The prompt and one run; a vocode-only ticket has no talker. */
function firstPages(ticket: u32): u32 {
  if (get(ticket, Ticket.VocodeOnly)) return 0;
  return pagesForSteps(ticket, get(ticket, Ticket.Known) + config.repeatMax);
}

/** A ticket that was parked comes back only when each other one can grow by a page meanwhile. */
function slackFor(ticket: u32): u32 {
  if (get(ticket, Ticket.State) != TicketState.Parked) return 0;
  let active: u32 = 0;
  for (let other: u32 = 0; other < tickets(); other++) {
    const state = get(other, Ticket.State);
    if (state == TicketState.Prefilling || state == TicketState.Decoding) active++;
  }
  return active;
}

/**
 * A ticket starves for pages: the newest one that holds some is parked, unless one is being parked
 * already or rows are about to come back. The starving one itself may be the newest.
 */
export function parkNewest(): void {
  let newest: i32 = -1;
  for (let ticket: u32 = 0; ticket < tickets(); ticket++) {
    const state = get(ticket, Ticket.State);
    if (state == TicketState.Parking || state == TicketState.Closing) return;
    if (state != TicketState.Prefilling && state != TicketState.Decoding) continue;
    if (get(ticket, Ticket.PageCount) == 0) continue;
    if (newest < 0 || goesBefore(newest, ticket)) newest = ticket;
  }
  if (newest >= 0) {
    set(newest, Ticket.State, TicketState.Parking);
    set(newest, Ticket.Starved, 0);
  }
}
