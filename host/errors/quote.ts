const CHARACTERS_SHOWN_MAX = 60;
const NAMES_SHOWN_MAX = 12;

/** A value as it may stand in an error sentence: on one line, at most 60 characters. */
export function quote(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value}`;
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch {
    return "an object that is not JSON"; // a circular reference or a BigInt inside
  }
  return text.length <= CHARACTERS_SHOWN_MAX ? text : `${text.slice(0, CHARACTERS_SHOWN_MAX)}…`;
}

/** Names in an error sentence: `"a", "b", "c" and 7 more`, or `none` for an empty list. */
export function listNames(names: Iterable<string>, shownMax: number = NAMES_SHOWN_MAX): string {
  const all = [...names];
  if (all.length === 0) return "none";
  const shown = all
    .slice(0, shownMax)
    .map((name) => quote(name))
    .join(", ");
  return all.length <= shownMax ? shown : `${shown} and ${all.length - shownMax} more`;
}
