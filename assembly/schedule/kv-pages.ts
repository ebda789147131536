import { PAGE_LINKS_AT } from "../arenas";
import { ABSENT, PAGE_POSITIONS } from "../../shared/gen/protocol.as";
import { Ticket, get, set } from "./tickets";

/** Free pages and the pages of each ticket are chains through one array of links. */
let firstFree: u32 = ABSENT;
let freeCount: u32 = 0;
let pageCount: u32 = 0;

export const PAGES_MAX: u32 = 65536;

/** All of `pages` are free. False when there are more than the arena has links for. */
export function resetPages(pages: u32): bool {
  if (pages > PAGES_MAX) return false;
  for (let page: u32 = 0; page < pages; page++) {
    store<u32>(PAGE_LINKS_AT + ((<usize>page) << 2), page + 1 < pages ? page + 1 : ABSENT);
  }
  firstFree = pages > 0 ? 0 : ABSENT;
  freeCount = pages;
  pageCount = pages;
  return true;
}

export function freePages(): u32 {
  return freeCount;
}

export function allPages(): u32 {
  return pageCount;
}

export function pageAfter(page: u32): u32 {
  return load<u32>(PAGE_LINKS_AT + ((<usize>page) << 2));
}

export function pagesFor(positions: u32): u32 {
  return (positions + PAGE_POSITIONS - 1) / PAGE_POSITIONS;
}

/** Appends `count` pages to the ticket's chain; the caller has seen that so many are free. */
export function takePages(ticket: u32, count: u32): void {
  assert(count <= freeCount);
  for (let i: u32 = 0; i < count; i++) {
    const page = firstFree;
    firstFree = pageAfter(page);
    store<u32>(PAGE_LINKS_AT + ((<usize>page) << 2), ABSENT);
    if (get(ticket, Ticket.PageCount) + i == 0) {
      set(ticket, Ticket.FirstPage, page);
    } else {
      store<u32>(PAGE_LINKS_AT + ((<usize>get(ticket, Ticket.LastPage)) << 2), page);
    }
    set(ticket, Ticket.LastPage, page);
  }
  set(ticket, Ticket.PageCount, get(ticket, Ticket.PageCount) + count);
  freeCount -= count;
}

/** All pages of the ticket are free again. */
export function returnPages(ticket: u32): void {
  const count = get(ticket, Ticket.PageCount);
  if (count == 0) return;
  store<u32>(PAGE_LINKS_AT + ((<usize>get(ticket, Ticket.LastPage)) << 2), firstFree);
  firstFree = get(ticket, Ticket.FirstPage);
  freeCount += count;
  set(ticket, Ticket.PageCount, 0);
}

/** Writes the ids of `count` pages of a chain, from `page` on; returns the address behind them. */
export function writePages(at: usize, page: u32, count: u32): usize {
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(at, page);
    page = pageAfter(page);
    at += 4;
  }
  return at;
}
