#include "kernels/log_mel/log_mel.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/support/cases.hpp"

namespace voxfuse::log_mel {

namespace {

// Filters are nowhere below zero, and zero in most places; those of the last band everywhere, so
// that its sum is what the logarithm bounds.
std::vector<float> filters(std::uint32_t bands, std::uint32_t bins) {
  std::vector<float> values;
  for (std::uint32_t band = 0; band < bands; ++band) {
    for (std::uint32_t bin = 0; bin < bins; ++bin) {
      const bool is_in = (bin + 3 * band) % 5 < 2 && band + 1 < bands;
      values.push_back(is_in ? static_cast<float>(1 + (7 * bin + band) % 13) / 64.0f : 0.0f);
    }
  }
  return values;
}

}  // namespace

KERNEL_CASES(log_mel) {
  for (const std::uint32_t bins : {9u, 64u, 513u}) {
    cases.add(
        {.name = cases.label("frames", 37, "bins", bins, "bands", 21),
         .build =
             [=](Buffers& b) {
               return Args{.x = b.input("x", std::size_t{37} * bins * 2),
                           .filters = b.input_f32("filters", filters(21, bins)),
                           .y = b.output("y", 37 * 21),
                           .frames = 37,
                           .bins = bins,
                           .bands = 21};
             },
         .tolerance = Tolerance::of_largest(2e-6),  // sums of some hundred sizes, none cancels
         .bytes = 4ull * 37 * bins * 2,
         .flops = 2ull * 37 * bins * 21});
  }
  cases.add({.name = "no bands",
             .build =
                 [](Buffers& b) {
                   return Args{.x = b.input("x", 8),
                               .filters = b.input_f32("filters", 4),
                               .y = b.output("y", 4),
                               .frames = 1,
                               .bins = 4};
                 },
             .error = ErrorCode::kBadShape});
}

}  // namespace voxfuse::log_mel
