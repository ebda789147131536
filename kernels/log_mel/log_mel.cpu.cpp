#include "kernels/log_mel/log_mel.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse::log_mel::VOXFUSE_ISA {

Status cpu(const Args& a, ThreadPool& pool) {
  VOXFUSE_REQUIRE(a.x.dtype == Dtype::kF32, kBadDtype);
  const std::size_t bins = a.bins;
  const std::size_t grain = row_grain(bins * a.bands);
  pool.parallel_for(a.frames, grain, [&](std::size_t begin, std::size_t end, unsigned thread) {
    float* sizes = pool.scratch(thread, bins);
    for (std::size_t f = begin; f < end; ++f) {
      const float* x = a.x.f32() + f * bins * 2;
      for (std::size_t bin = 0; bin < bins; ++bin) {
        const float square = x[2 * bin] * x[2 * bin] + x[2 * bin + 1] * x[2 * bin + 1];
        sizes[bin] = __builtin_sqrtf(square + 1e-9f);
      }
      for (std::size_t m = 0; m < a.bands; ++m) {
        F32x16 total = zero();
        each_slice(0, bins, [&](auto s) {
          total = fma(s.load(sizes), s.load(a.filters + m * bins), total);
        });
        // One logarithm in some hundred products: the library's, alike everywhere, in f64.
        const double bounded = std::max(double{sum(total)}, 1e-5);
        a.y.f32()[f * a.bands + m] = static_cast<float>(std::log(bounded));
      }
    }
  });
  return {};
}

}  // namespace voxfuse::log_mel::VOXFUSE_ISA
