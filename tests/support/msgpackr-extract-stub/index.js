// The real package pulls one prebuilt binary for every platform into the lock file, and `npm ci`
// then fails wherever a registry mirror lacks one of them. msgpackr catches this error.
throw new Error("msgpackr-extract is left out on purpose");
