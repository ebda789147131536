#pragma once

// Ops that make each element of y from the elements at its place. Only for `<op>.cuda.cu`.

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "kernels/support/cuda/launch.cuh"
#include "kernels/support/cuda/packs.cuh"

namespace voxfuse::device {

inline constexpr std::uint32_t kElementThreads = 128;

/// How threads share out a number of elements: whole packs first, then single ones.
struct Spread {
  std::size_t packs;
  std::size_t singles;

  std::size_t items() const { return packs + singles; }
};

inline Spread spread_of(std::size_t count, std::initializer_list<const void*> buffers) {
  const std::size_t packs = in_packs(0, buffers) ? count / kPack : 0;
  return {packs, count - packs * kPack};
}

/// y = f(x, ...) for the pack or element of this thread. y may be one of the inputs: a thread reads
/// its elements before it writes them, and nobody else does.
template <class T, class Function, class... Inputs>
__device__ __forceinline__ void each_element(const Spread& spread, Function f, T* y,
                                             const Inputs*... inputs) {
  const std::size_t item = std::size_t{blockIdx.x} * kElementThreads + threadIdx.x;
  if (item < spread.packs) {
    const auto apply = [&](const auto&... packs) {
      Pack result;
#pragma unroll
      for (std::uint32_t i = 0; i < kPack; ++i) result.at[i] = f(packs.at[i]...);
      return result;
    };
    store_pack(y + item * kPack, apply(load_pack(inputs + item * kPack)...));
  } else if (item < spread.packs + spread.singles) {
    const std::size_t i = spread.packs * kPack + (item - spread.packs);
    y[i] = narrow<T>(f(widen(inputs[i])...));
  }
}

}  // namespace voxfuse::device
