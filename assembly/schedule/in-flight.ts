import { IN_FLIGHT_AT } from "../arenas";
import { TICKETS_MAX, Ticket, get, set } from "./tickets";

/** Submissions that may be in flight, those without runs included; a ring has as many slots. */
export const SUBMISSIONS_MAX: u32 = 16;

// An entry: token, 1 when it has runs, number of tickets, then a mention of each ticket.
const MENTIONS: u32 = 12;
const MENTION_BYTES: u32 = 12;
const ENTRY_BYTES: u32 = MENTIONS + MENTION_BYTES * TICKETS_MAX;

const FREE: u32 = 0;

let nextToken: u32 = 1;
let entryCount: u32 = 0;
let runCount: u32 = 0;
/** Submissions that could only be made after a completion, and the latest of them. */
let roundTripCount: u32 = 0;
let roundTripToken: u32 = FREE;

export function resetInFlight(): void {
  memory.fill(IN_FLIGHT_AT, 0, SUBMISSIONS_MAX * ENTRY_BYTES);
  nextToken = 1;
  entryCount = 0;
  runCount = 0;
  roundTripCount = 0;
  roundTripToken = FREE;
}

export function submissionsInFlight(): u32 {
  return entryCount;
}

/** Submissions in flight that hold runs. */
export function runsInFlight(): u32 {
  return runCount;
}

/**
 * Completions that had to be consumed before a submission that depends on one of them could be
 * made. Those that release rows count for nobody.
 */
export function roundTrips(): u32 {
  return roundTripCount;
}

function entryAt(index: u32): usize {
  return IN_FLIGHT_AT + index * ENTRY_BYTES;
}

/** Opens an entry, of which there must be a free one, and returns its address. */
export function openEntry(): usize {
  for (let i: u32 = 0; i < SUBMISSIONS_MAX; i++) {
    const entry = entryAt(i);
    if (load<u32>(entry) != FREE) continue;
    store<u32>(entry, nextToken);
    store<u32>(entry, 0, 4);
    store<u32>(entry, 0, 8);
    nextToken = nextToken == u32.MAX_VALUE ? 1 : nextToken + 1;
    entryCount++;
    return entry;
  }
  return unreachable();
}

export function tokenOf(entry: usize): u32 {
  return load<u32>(entry);
}

export function mentionCount(entry: usize): u32 {
  return load<u32>(entry, 8);
}

export function mentionedTicket(entry: usize, index: u32): u32 {
  return load<u32>(entry + MENTIONS + index * MENTION_BYTES);
}

/** Steps that the ticket had submitted when this submission was made. */
export function mentionedSteps(entry: usize, index: u32): u32 {
  return load<u32>(entry + MENTIONS + index * MENTION_BYTES, 4);
}

/** Frames that it had submitted to become PCM. */
export function mentionedVocode(entry: usize, index: u32): u32 {
  return load<u32>(entry + MENTIONS + index * MENTION_BYTES, 8);
}

/** The submission names the ticket's row; once for each ticket, with its latest counts. */
export function mention(entry: usize, ticket: u32): void {
  const token = tokenOf(entry);
  if (get(ticket, Ticket.MentionToken) != token) {
    const count = mentionCount(entry);
    store<u32>(entry, count + 1, 8);
    set(ticket, Ticket.MentionToken, token);
    set(ticket, Ticket.MentionIndex, count);
    set(ticket, Ticket.InFlight, get(ticket, Ticket.InFlight) + 1);
    countRoundTrip(ticket, token);
  }
  const at = entry + MENTIONS + get(ticket, Ticket.MentionIndex) * MENTION_BYTES;
  store<u32>(at, ticket);
  store<u32>(at, get(ticket, Ticket.StepsSubmitted), 4);
  store<u32>(at, get(ticket, Ticket.VocodeSubmitted), 8);
}

/** What follows for a ticket after a completion of its own is a round trip, once a completion. */
function countRoundTrip(ticket: u32, token: u32): void {
  const unspent = get(ticket, Ticket.Unspent);
  if (unspent == 0) return;
  set(ticket, Ticket.Unspent, unspent - 1);
  set(ticket, Ticket.RoundTrips, get(ticket, Ticket.RoundTrips) + 1);
  if (roundTripToken == token) return;
  roundTripToken = token;
  roundTripCount++;
}

export function markRuns(entry: usize): void {
  if (load<u32>(entry, 4) != 0) return;
  store<u32>(entry, 1, 4);
  runCount++;
}

/** Forgets an entry: it completed, or it was never sent. */
export function closeEntry(entry: usize): void {
  if (load<u32>(entry, 4) != 0) runCount--;
  store<u32>(entry, FREE);
  entryCount--;
}

/** The entry with this token; 0 when there is none. */
export function findEntry(token: u32): usize {
  if (token == FREE) return 0;
  for (let i: u32 = 0; i < SUBMISSIONS_MAX; i++) {
    if (load<u32>(entryAt(i)) == token) return entryAt(i);
  }
  return 0;
}
