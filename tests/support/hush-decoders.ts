/**
 * Keeps what the Opus decoder prints of broken packets out of the output of tests that break them
 * on purpose. Its package has no other way to be quiet; the errors it returns are looked at.
 */
export function hushDecoders(): void {
  const print = console.error;
  console.error = (...words: unknown[]) => {
    if (!String(words[0]).startsWith("libopus ")) print(...words);
  };
}
