/** What must hold whatever a file says. */
export function holds(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`does not hold: ${what}`);
}
