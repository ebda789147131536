/**
 * Word 0 of Philox4x32-10 for the counter (`a`, `b`, `c`, 0) and a key of two words.
 *
 * Source: Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export function philoxWord(a: u32, b: u32, c: u32, keyLo: u32, keyHi: u32): u32 {
  let d: u32 = 0;
  for (let round = 0; round < 10; round++) {
    const fromA = <u64>0xd2511f53 * a;
    const fromC = <u64>0xcd9e8d57 * c;
    a = (<u32>(fromC >> 32)) ^ b ^ keyLo;
    b = <u32>fromC;
    c = (<u32>(fromA >> 32)) ^ d ^ keyHi;
    d = <u32>fromA;
    keyLo += 0x9e3779b9;
    keyHi += 0xbb67ae85;
  }
  return a;
}
