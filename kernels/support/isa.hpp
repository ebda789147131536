#pragma once

#include <string_view>

#include "kernels/support/op.hpp"

// One instruction set is one compilation of every `<op>.cpu.cpp`, with VOXFUSE_ISA as its name and
// as the namespace of all it defines:
//
//   namespace voxfuse::<op>::VOXFUSE_ISA { Status cpu(const Args&, ThreadPool&) { … } }
//
// Such a file, and any header it includes, must leave no function outside that namespace that the
// linker could merge with one compiled for another instruction set: what is shared is
// always_inline.

namespace voxfuse {

enum class Isa { kPortable, kAvx2, kAvx512 };

/// The best one that this processor and its operating system offer.
Isa best_isa();

/// The one that cpu() runs; best_isa() until set.
Isa active_isa();

/// Chooses for the whole process. False, with nothing changed, when the processor lacks it.
/// Threads  Not while a kernel runs.
bool set_active_isa(Isa isa);

const char* isa_name(Isa isa);

/// Reads "portable", "avx2", "avx512" or "auto" (the best). False for another word.
bool parse_isa(std::string_view name, Isa& isa);

}  // namespace voxfuse

/// Defines an op's cpu() as the twin of the active instruction set. Stands in `<op>.ref.cpp`, in
/// the op's namespace.
#ifdef VOXFUSE_PORTABLE_ONLY
#define VOXFUSE_DISPATCH()                         \
  namespace portable {                             \
  Status cpu(const Args& args, ThreadPool& pool);  \
  }                                                \
  Status cpu(const Args& args, ThreadPool& pool) { \
    VOXFUSE_TRY(check(args));                      \
    return portable::cpu(args, pool);              \
  }                                                \
  static_assert(true)
#else
#define VOXFUSE_DISPATCH()                         \
  namespace portable {                             \
  Status cpu(const Args& args, ThreadPool& pool);  \
  }                                                \
  namespace avx2 {                                 \
  Status cpu(const Args& args, ThreadPool& pool);  \
  }                                                \
  namespace avx512 {                               \
  Status cpu(const Args& args, ThreadPool& pool);  \
  }                                                \
  Status cpu(const Args& args, ThreadPool& pool) { \
    VOXFUSE_TRY(check(args));                      \
    switch (active_isa()) {                        \
      case Isa::kAvx512:                           \
        return avx512::cpu(args, pool);            \
      case Isa::kAvx2:                             \
        return avx2::cpu(args, pool);              \
      case Isa::kPortable:                         \
        break;                                     \
    }                                              \
    return portable::cpu(args, pool);              \
  }                                                \
  static_assert(true)
#endif
