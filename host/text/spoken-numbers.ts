import { toCardinal, toOrdinal } from "n2words/en-US";

interface Currency {
  readonly one: string;
  readonly many: string;
  readonly oneCent: string;
  readonly manyCents: string;
}

const CURRENCIES: Readonly<Record<string, Currency>> = {
  $: { one: "dollar", many: "dollars", oneCent: "cent", manyCents: "cents" },
  "£": { one: "pound", many: "pounds", oneCent: "penny", manyCents: "pence" },
  "€": { one: "euro", many: "euros", oneCent: "cent", manyCents: "cents" },
};

const GROUPED = String.raw`\d{1,3}(?:,\d{3})+(?!\d)|\d+`;
const NUMBER = String.raw`(?:${GROUPED})(?:\.\d+)*`;
/** A minus sign, but not the hyphen of "10-12" or "B-52". */
const SIGN = String.raw`(?<![\p{L}\d])[-−]`;
/** Longer digit strings are identifiers rather than amounts: they are read digit by digit. */
const DIGITS_MAX = 15;

/** In this order: what a rule has written out holds no digits for the next one. */
const RULES: readonly (readonly [RegExp, (...groups: (string | undefined)[]) => string])[] = [
  [
    new RegExp(
      String.raw`(${SIGN})?([$£€])\s?(${NUMBER})(?:\s(thousand|million|billion|trillion)\b)?`,
      "giu",
    ),
    (_, sign, symbol, amount, scale) => signOf(sign) + sayMoney(symbol ?? "$", amount ?? "", scale),
  ],
  [/\b([01]?\d|2[0-3]):([0-5]\d)\b(?!:)(?=(\s?[ap]\.?m\b)?)/giu, sayTime],
  [/\b(1\d|20)(\d)0s\b/gu, (_, century, decade) => sayDecade(century ?? "", decade ?? "")],
  [
    new RegExp(String.raw`(${GROUPED})(?:st|nd|rd|th)\b`, "giu"),
    (_, digits) => sayOrdinal(digits ?? ""),
  ],
  [/(\d)\s?[–—]\s?(?=\d)/gu, (_, digit) => `${digit ?? ""} to `],
  [/#(?=\d)/gu, () => "number "],
  [
    new RegExp(String.raw`(${SIGN})?(${NUMBER})(\s?%)?`, "gu"),
    (_, sign, digits, percent) =>
      signOf(sign) + sayNumber(digits ?? "") + (percent === undefined ? "" : " percent"),
  ],
];

/**
 * Writes English numbers out as words: integers (also grouped, 1,000), decimals, ordinals, years,
 * decades, times of day, percentages, amounts in $ £ €, ranges with a dash.
 *
 * For voices that were trained on words only. Four digits from 1100 to 1999 and from 2010 to 2099
 * are read as years, which also suits most amounts of that size. Dates such as 2024-05-01 and
 * fractions such as 1/2 are read number by number.
 */
export function writeOutNumbers(text: string): string {
  // Letters that touch a number ("5km", "B2B") would run into its words.
  let spoken = text.replace(/(?<=\p{L})(?=\d)|(?<=\d)(?=\p{L})(?!(?:st|nd|rd|th|s)\b)/giu, " ");
  for (const [pattern, say] of RULES) {
    spoken = spoken.replace(pattern, (...args: unknown[]) =>
      // The last two arguments are the offset and the whole string; groups may be undefined.
      say(...(args.slice(0, -2) as (string | undefined)[])),
    );
  }
  return spoken;
}

function signOf(sign: string | undefined): string {
  return sign === undefined ? "" : "minus ";
}

/** "1,234.5", "007", "1.2.3": as an amount where it is one, else part by part. */
function sayNumber(digits: string): string {
  const plain = digits.replaceAll(",", "");
  const [whole = "", ...fractions] = plain.split(".");
  const isYear =
    fractions.length === 0 && plain === digits && /^(?:1[1-9]|20[1-9])\d+$/.test(whole);
  if (isYear && whole.length === 4) return sayYear(whole);
  const [fraction] = fractions;
  if (fraction === undefined) return sayInteger(whole);
  if (fractions.length > 1) return [whole, ...fractions].map(sayInteger).join(" point ");
  return `${sayInteger(whole)} point ${sayDigits(fraction)}`;
}

function sayInteger(digits: string): string {
  const isIdentifier = digits.length > DIGITS_MAX || /^0\d/.test(digits);
  return isIdentifier ? sayDigits(digits) : toCardinal(digits);
}

function sayDigits(digits: string): string {
  return Array.from(digits, (digit) => toCardinal(digit)).join(" ");
}

function sayYear(digits: string): string {
  const century = toCardinal(digits.slice(0, 2));
  const rest = digits.slice(2);
  if (rest === "00") return `${century} hundred`;
  return `${century} ${rest.startsWith("0") ? "oh " : ""}${toCardinal(Number(rest))}`;
}

function sayDecade(century: string, decade: string): string {
  if (decade === "0") return century === "20" ? "two thousands" : `${toCardinal(century)} hundreds`;
  const tens = toCardinal(Number(decade) * 10);
  const plural = decade === "1" ? `${tens}s` : tens.replace(/y$/, "ies");
  return `${toCardinal(century)} ${plural}`;
}

function sayOrdinal(digits: string): string {
  const plain = digits.replaceAll(",", "");
  return Number(plain) === 0 || plain.length > DIGITS_MAX
    ? `${sayInteger(plain)}th`
    : toOrdinal(plain);
}

function sayTime(_?: string, hours = "", minutes = "", halfOfDay?: string): string {
  const hour = toCardinal(Number(hours));
  if (minutes !== "00") {
    return `${hour} ${minutes.startsWith("0") ? "oh " : ""}${toCardinal(Number(minutes))}`;
  }
  return halfOfDay === undefined ? `${hour} o'clock` : hour;
}

function sayMoney(symbol: string, amount: string, scale: string | undefined): string {
  const currency = CURRENCIES[symbol];
  if (currency === undefined) return symbol + amount;
  if (scale !== undefined) return `${sayAmount(amount)} ${scale} ${currency.many}`;
  const [whole = "", cents, ...rest] = amount.replaceAll(",", "").split(".");
  if (rest.length > 0 || (cents !== undefined && cents.length !== 2)) {
    return `${sayAmount(amount)} ${currency.many}`;
  }
  const main = `${sayInteger(whole)} ${Number(whole) === 1 ? currency.one : currency.many}`;
  if (cents === undefined || cents === "00") return main;
  const small = Number(cents);
  const change = `${toCardinal(small)} ${small === 1 ? currency.oneCent : currency.manyCents}`;
  return Number(whole) === 0 ? change : `${main} and ${change}`;
}

/** As sayNumber, but an amount of money is never a year. */
function sayAmount(amount: string): string {
  const [whole = "", ...fractions] = amount.replaceAll(",", "").split(".");
  return [sayInteger(whole), ...fractions.map(sayDigits)].join(" point ");
}
