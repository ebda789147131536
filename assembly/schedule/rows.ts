import { ROW_TICKETS_AT } from "../arenas";
import { config } from "../config";
import { LANES_MAX } from "../../shared/gen/protocol.as";
import { freePages, pagesFor, returnPages, takePages } from "./kv-pages";
import { Ticket, TicketState, get, goesBefore, inState, set, setState } from "./tickets";

const NOBODY: u32 = 0;

let nextGeneration: u32 = 1;
let freeCount: u32 = 0;

/** All rows are free. False when they are more than the lanes of a program. */
export function resetRows(): bool {
  if (config.rows > LANES_MAX) return false;
  memory.fill(ROW_TICKETS_AT, 0, (<usize>config.rows) << 2);
  nextGeneration = 1;
  freeCount = config.rows;
  return true;
}

/** The ticket that holds the row under this generation; -1 when it does so no longer. */
export function ticketOfRow(row: u32, generation: u32): i32 {
  if (row >= config.rows) return -1;
  const holder = load<u32>(ROW_TICKETS_AT + ((<usize>row) << 2));
  if (holder == NOBODY) return -1;
  return get(holder - 1, Ticket.Generation) == generation ? holder - 1 : -1;
}

/** The ticket that holds the row; -1 when it is free. */
export function holderOf(row: u32): i32 {
  return <i32>load<u32>(ROW_TICKETS_AT + ((<usize>row) << 2)) - 1;
}

/** The first ticket to be served of those with a row in `state`; -1 when there is none. */
export function firstHolderIn(state: TicketState): i32 {
  if (inState(state) == 0) return -1;
  let first: i32 = -1;
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0 || get(ticket, Ticket.State) != state) continue;
    if (first < 0 || goesBefore(ticket, first)) first = ticket;
  }
  return first;
}

export function freeRows(): u32 {
  return freeCount;
}

/** Gives the ticket a free row under a generation of its own. False when none is free. */
export function takeRow(ticket: u32): bool {
  for (let row: u32 = 0; row < config.rows; row++) {
    const at = ROW_TICKETS_AT + ((<usize>row) << 2);
    if (load<u32>(at) != NOBODY) continue;
    store<u32>(at, ticket + 1);
    freeCount--;
    set(ticket, Ticket.Row, row);
    set(ticket, Ticket.Generation, nextGeneration);
    nextGeneration = nextGeneration == u32.MAX_VALUE ? 1 : nextGeneration + 1;
    return true;
  }
  return false;
}

/** The sidecar has let go of the ticket's row: row and pages are free again. */
export function giveBack(ticket: u32): void {
  returnPages(ticket);
  store<u32>(ROW_TICKETS_AT + ((<usize>get(ticket, Ticket.Row)) << 2), NOBODY);
  freeCount++;
  const after = get(ticket, Ticket.After);
  setState(ticket, after);
  if (after == TicketState.Parked) rewind(ticket);
  if (after == TicketState.Finished && get(ticket, Ticket.Released)) {
    setState(ticket, TicketState.Free);
  }
}

/** A parked ticket starts over; the codes it had come back from the host, which copied them. */
function rewind(ticket: u32): void {
  set(ticket, Ticket.Known, max(get(ticket, Ticket.Known), get(ticket, Ticket.CodesCount)));
  set(ticket, Ticket.Given, 0);
  set(ticket, Ticket.PromptSubmitted, 0);
  set(ticket, Ticket.StepsSubmitted, 0);
  set(ticket, Ticket.VocodeSubmitted, 0);
  set(ticket, Ticket.ReferenceSubmitted, 0);
  set(ticket, Ticket.CodesCount, 0);
  set(ticket, Ticket.Vocoded, 0);
}

/** Pages of a request from its prompt to its last frame. */
export function pagesOfRequest(promptCount: u32, picksMax: u32): u32 {
  const positions = <u64>promptCount + picksMax - 1;
  return positions > <u64>i32.MAX_VALUE ? u32.MAX_VALUE : pagesFor(<u32>positions);
}

/** Pages that the ticket must hold to run `steps` frame steps in all. */
export function pagesForSteps(ticket: u32, steps: u32): u32 {
  const frames = min(steps, get(ticket, Ticket.PicksMax) - 1);
  return pagesFor(get(ticket, Ticket.PromptCount) + frames);
}

/** Sees to it that the ticket holds that many pages; false, and it starves, when it cannot. */
export function reservePages(ticket: u32, count: u32): bool {
  const held = get(ticket, Ticket.PageCount);
  if (held >= count) return true;
  const lacking = count - held;
  if (lacking > freePages()) {
    set(ticket, Ticket.Starved, 1);
    return false;
  }
  takePages(ticket, lacking);
  set(ticket, Ticket.Starved, 0);
  return true;
}

/** Whether a ticket with a row waits for pages: none may be given to others then. */
export function isAnyStarved(): bool {
  for (let row: u32 = 0; row < config.rows; row++) {
    const ticket = holderOf(row);
    if (ticket < 0 || get(ticket, Ticket.State) != TicketState.Decoding) continue;
    if (get(ticket, Ticket.Starved)) return true;
  }
  return false;
}
