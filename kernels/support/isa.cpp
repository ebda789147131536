#include "kernels/support/isa.hpp"

#include <atomic>

namespace voxfuse {

Isa best_isa() {
#ifndef VOXFUSE_PORTABLE_ONLY
  // The builtins ask the operating system too: registers it does not save do not count.
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("fma")) {
    return Isa::kAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Isa::kAvx2;
#endif
  return Isa::kPortable;
}

namespace {
std::atomic<Isa>& chosen_isa() {
  static std::atomic<Isa> isa{best_isa()};
  return isa;
}
}  // namespace

Isa active_isa() { return chosen_isa().load(std::memory_order_relaxed); }

bool set_active_isa(Isa isa) {
  if (isa > best_isa()) return false;
  chosen_isa().store(isa, std::memory_order_relaxed);
  return true;
}

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kPortable:
      break;
  }
  return "portable";
}

bool parse_isa(std::string_view name, Isa& isa) {
  for (const Isa known : {Isa::kPortable, Isa::kAvx2, Isa::kAvx512}) {
    if (name == isa_name(known)) {
      isa = known;
      return true;
    }
  }
  if (name != "auto") return false;
  isa = best_isa();
  return true;
}

}  // namespace voxfuse
