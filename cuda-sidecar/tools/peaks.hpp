#pragma once

namespace voxfuse {

/// Prints what this machine gives to `threads` threads at most, as one JSON line: gb_per_s, read
/// from memory, and gflop_per_s, of fused multiply-adds in registers on the instruction set in use.
/// Takes 256 MiB and half a second. Returns the exit code.
int print_peaks(unsigned threads);

}  // namespace voxfuse
