import { REQUEST_AT, REQUESTS_AT, REQUESTS_BYTES, TICKETS_AT } from "../arenas";
import { config, talkerConfig } from "../config";
import { referenceMax } from "../encoder-config";
import {
  ABSENT,
  ADMIT_RECORD_BYTES,
  AdmitRecord,
  PROMPT_ENTRY_WORDS,
} from "../../shared/gen/protocol.as";

/** No ticket is above this: rows, queue and what is kept for later segments together. */
export const TICKETS_MAX: u32 = 320;
export const TICKET_BYTES: u32 = 192;

/** Where a ticket stands. The host sees these numbers. */
export const enum TicketState {
  /** Not a ticket. */
  Free = 0,
  /** Waits for a row and pages. */
  Queued = 1,
  /** Its prompt goes into the cache. */
  Prefilling = 2,
  /** Frames are made, or made again after a parking. */
  Decoding = 3,
  /** No frame will follow; the last ones become PCM. */
  Draining = 4,
  /** To be parked, as soon as no submission names its row. */
  Parking = 5,
  /** Gave its row and pages up; waits for others, codes kept by the host. */
  Parked = 6,
  /** Its row is being given back. */
  Closing = 7,
  /** Over; holds nothing but its place in the table. */
  Finished = 8,
}

/** Words of a ticket. Counts of frames go from the request's first frame on. */
export const enum Ticket {
  State = 0,
  /** Larger goes first. */
  Priority = 1,
  /** Smaller goes first among equals. All segments of one request have the same. */
  Arrival = 2,
  Row = 3,
  Generation = 4,
  /** Pages of the talker's cache are a chain through kv-pages.ts. */
  FirstPage = 5,
  LastPage = 6,
  PageCount = 7,
  PromptCount = 8,
  TextCount = 9,
  /** Picks of group 0 at most; one frame fewer. */
  PicksMax = 10,
  /** 1: codes come from the host and only become PCM. */
  VocodeOnly = 11,
  /** Frames whose codes the host has and gives back: of a vocode-only or once parked ticket. */
  Known = 12,
  /** Of Known, frames given to the row. */
  Given = 13,
  PromptSubmitted = 14,
  /** Frame steps submitted, the closing one included. */
  StepsSubmitted = 15,
  VocodeSubmitted = 16,
  /** From completions. */
  CodesCount = 17,
  Vocoded = 18,
  Done = 19,
  FinishReason = 20,
  /** Frames that the user took; the row may be 64 ahead. */
  Consumed = 21,
  /** Submissions in flight that name its row. */
  InFlight = 22,
  /** 1: the host wants it stopped. */
  Cancelled = 23,
  /** 1: the host has forgotten it; it frees itself when it is over. */
  Released = 24,
  /** 1: it waits for a page; others are being parked for it. */
  Starved = 25,
  /** State that follows Closing. */
  After = 26,
  /** Token of the submission that mentioned it last, and the place of that mention. */
  MentionToken = 27,
  MentionIndex = 28,
  /** Of the submission being written: which frame run it takes part in, and from which frame. */
  RunKind = 29,
  RunFrom = 30,
  /** 1: a later segment of a request, which does not queue again. */
  Follows = 31,
  Segment = 32,
  /** Completions that no submission was made after yet, and submissions made after one. */
  Unspent = 33,
  RoundTrips = 34,
  /** 1: its codes are all that is wanted; nothing of it becomes PCM. */
  CodesOnly = 35,
  /** Words of the voice's vector, and frames of its recording. */
  VoiceCount = 36,
  ReferenceCount = 37,
  /** Of those, frames that the vocoder was sent through. */
  ReferenceSubmitted = 38,
  /** 1: more text ids may follow; the row makes no frame that it has no text id for. */
  TextOpen = 39,
  /** Of TextCount, what the row was given; and whether it was told that the text is over. */
  TextSent = 40,
  EndSent = 41,
}

const STATES: u32 = 9;
/** Tickets in each state. */
const stateCounts: StaticArray<u32> = new StaticArray<u32>(STATES);

let ticketCount: u32 = 0;
let requestStride: u32 = 0;
let arrivals: u32 = 0;
/** Places that only later segments get. */
let keptPlaces: u32 = 0;

/**
 * Empties the table for `count` tickets with prompts of `promptMax` rows and `textMax` text ids;
 * the last `kept` of the free ones are for later segments only. False when their requests do not
 * fit the arena.
 */
export function resetTickets(count: u32, kept: u32, promptMax: u32, textMax: u32): bool {
  const voiceWords = referenceMax > 0 ? talkerConfig.width + referenceMax * config.groups : 0;
  requestStride = ADMIT_RECORD_BYTES + 4 * (PROMPT_ENTRY_WORDS * promptMax + textMax + voiceWords);
  if (count > TICKETS_MAX || <u64>count * requestStride > REQUESTS_BYTES) return false;
  ticketCount = count;
  keptPlaces = kept;
  arrivals = 0;
  memory.fill(TICKETS_AT, 0, TICKETS_MAX * TICKET_BYTES);
  for (let state: u32 = 0; state < STATES; state++) stateCounts[state] = 0;
  stateCounts[TicketState.Free] = count;
  return true;
}

export function tickets(): u32 {
  return ticketCount;
}

export function get(ticket: u32, word: Ticket): u32 {
  return load<u32>(TICKETS_AT + ticket * TICKET_BYTES + ((<usize>word) << 2));
}

export function set(ticket: u32, word: Ticket, value: u32): void {
  store<u32>(TICKETS_AT + ticket * TICKET_BYTES + ((<usize>word) << 2), value);
}

/** The only way to change a state: they are counted. */
export function setState(ticket: u32, state: u32): void {
  stateCounts[get(ticket, Ticket.State)] -= 1;
  stateCounts[state] += 1;
  set(ticket, Ticket.State, state);
}

/** How many tickets are in a state. */
export function inState(state: TicketState): u32 {
  return stateCounts[state];
}

/** The request of a ticket: an AdmitRecord, its prompt entries, its text ids, its voice. */
export function requestOf(ticket: u32): usize {
  return REQUESTS_AT + ticket * requestStride;
}

/** Address of the request's text ids from `first` on. */
export function textOf(ticket: u32, first: u32): usize {
  const words = PROMPT_ENTRY_WORDS * get(ticket, Ticket.PromptCount) + first;
  return requestOf(ticket) + ADMIT_RECORD_BYTES + 4 * words;
}

/** The ids at `from` follow the text that the ticket has, which ends with them if `isClosed`. */
export function appendText(ticket: u32, from: usize, count: u32, isClosed: bool): void {
  const had = get(ticket, Ticket.TextCount);
  // The voice lies behind the text.
  memory.copy(textOf(ticket, had + count), textOf(ticket, had), voiceTailBytes(ticket));
  memory.copy(textOf(ticket, had), from, 4 * count);
  set(ticket, Ticket.TextCount, had + count);
  if (isClosed) set(ticket, Ticket.TextOpen, 0);
  // A row that is admitted from now on, or once more, has it all.
  AdmitRecord.setTextCount(requestOf(ticket), had + count);
  AdmitRecord.setTextClosed(requestOf(ticket), isClosed ? 1 : 0);
}

/** Frame steps that the ticket's text allows in all. */
export function textSteps(ticket: u32): u32 {
  return get(ticket, Ticket.TextOpen) ? get(ticket, Ticket.TextCount) : u32.MAX_VALUE;
}

/** Bytes of a request's prompt and text, which follow its AdmitRecord. */
export function requestTailBytes(ticket: u32): u32 {
  const words =
    PROMPT_ENTRY_WORDS * get(ticket, Ticket.PromptCount) + get(ticket, Ticket.TextCount);
  return 4 * words;
}

/** Bytes of a request behind those: the voice's vector and the codes of its recording. */
export function voiceTailBytes(ticket: u32): u32 {
  return 4 * (get(ticket, Ticket.VoiceCount) + config.groups * get(ticket, Ticket.ReferenceCount));
}

/**
 * Takes a free place for the request at REQUEST_AT. Returns it, or -1 when there is none.
 *
 * @param arrival Of the request that this is a later segment of; ABSENT for a new request.
 * @param known Frames that another sidecar made of it.
 */
export function addTicket(
  priority: u32,
  vocodeFrames: u32,
  codesOnly: u32,
  arrival: u32,
  known: u32,
): i32 {
  const follows = arrival != ABSENT;
  if (!follows && inState(TicketState.Free) <= keptPlaces) return -1;
  for (let ticket: u32 = 0; ticket < ticketCount; ticket++) {
    if (get(ticket, Ticket.State) != TicketState.Free) continue;
    memory.fill(TICKETS_AT + ticket * TICKET_BYTES, 0, TICKET_BYTES);
    set(ticket, Ticket.Priority, priority);
    set(ticket, Ticket.Arrival, follows ? arrival : arrivals++);
    set(ticket, Ticket.Follows, follows ? 1 : 0);
    set(ticket, Ticket.Segment, AdmitRecord.segment(REQUEST_AT));
    set(ticket, Ticket.PromptCount, AdmitRecord.promptCount(REQUEST_AT));
    set(ticket, Ticket.TextCount, AdmitRecord.textCount(REQUEST_AT));
    set(ticket, Ticket.TextOpen, AdmitRecord.textClosed(REQUEST_AT) == 0 ? 1 : 0);
    set(ticket, Ticket.PicksMax, AdmitRecord.maxNewTokens(REQUEST_AT));
    set(ticket, Ticket.VocodeOnly, vocodeFrames > 0 ? 1 : 0);
    set(ticket, Ticket.Known, vocodeFrames > 0 ? vocodeFrames : known);
    set(ticket, Ticket.CodesOnly, codesOnly);
    set(ticket, Ticket.VoiceCount, AdmitRecord.voiceCount(REQUEST_AT));
    set(ticket, Ticket.ReferenceCount, AdmitRecord.referenceCount(REQUEST_AT));
    const tail = requestTailBytes(ticket) + voiceTailBytes(ticket);
    memory.copy(requestOf(ticket), REQUEST_AT, ADMIT_RECORD_BYTES + tail);
    setState(ticket, TicketState.Queued);
    return ticket;
  }
  return -1;
}

/** Whether `a` is served before `b`. */
export function goesBefore(a: u32, b: u32): bool {
  const byPriority = <i32>get(a, Ticket.Priority) - <i32>get(b, Ticket.Priority);
  if (byPriority != 0) return byPriority > 0;
  const byArrival = <i32>(get(a, Ticket.Arrival) - get(b, Ticket.Arrival));
  if (byArrival != 0) return byArrival < 0;
  return get(a, Ticket.Segment) < get(b, Ticket.Segment);
}

/** New requests that have no row yet and have not been stopped. */
export function queuedCount(): u32 {
  let count: u32 = 0;
  for (let ticket: u32 = 0; ticket < ticketCount; ticket++) {
    if (get(ticket, Ticket.State) != TicketState.Queued) continue;
    if (!get(ticket, Ticket.Follows)) count++;
  }
  return count;
}

/** Frames of a ticket when all that was submitted has run and no end of speech came earlier. */
export function framesSubmitted(ticket: u32): u32 {
  const steps = get(ticket, Ticket.StepsSubmitted);
  if (get(ticket, Ticket.VocodeOnly)) return steps;
  return min(steps, get(ticket, Ticket.PicksMax) - 1);
}
