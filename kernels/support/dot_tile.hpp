#pragma once

// Dot products of activation rows with weight rows: matmuls, convolutions, attention scores. Only
// for `<op>.cpu.cpp`.
//
// Order, whatever the tile, the block and the thread: 16 accumulators by k mod 16, each a chain of
// fma over k, joined (i, i + 8), (i, i + 4), (i, i + 2), (i, i + 1). A rest of k beyond the last
// multiple of 16 goes to the lanes it has, zeros to the others.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/support/slices.hpp"
#include "kernels/support/thread_pool.hpp"

namespace voxfuse {
inline namespace VOXFUSE_ISA {

/// The rows on the left. Row m is `segments` runs of `inputs` elements each: run s begins at
/// x + m * stride + s * segment_stride. A convolution reads its taps as runs from one time-major
/// buffer, with no copy. With more than one segment, inputs must be a multiple of 16.
struct DotRows {
  const float* x = nullptr;
  std::size_t rows = 0;
  std::ptrdiff_t stride = 0;
  std::size_t inputs = 0;
  std::size_t segments = 1;
  std::ptrdiff_t segment_stride = 0;

  [[gnu::always_inline]] std::size_t length() const { return inputs * segments; }
};

// Accumulators of a tile fill the registers: 12 of 16 (AVX2), 16 of 32 (AVX-512). Where an
// accumulator takes two registers, a tile of several rows goes over its rows twice, a half each
// time: 3 × 4 outputs at once need 7 loads for 12 products, 2 × 3 with both halves 10 for 12. That
// was worth 1.4 times the speed of the vocoder's convolutions.
#if defined(__AVX512F__)
constexpr int kTileRows = 4;
constexpr int kTileOutputs = 4;
constexpr int kSingleRowOutputs = 4;  // independent chains enough to hide the latency of fma
#elif defined(__AVX2__)
constexpr int kTileRows = 3;
constexpr int kTileOutputs = 4;
constexpr int kSingleRowOutputs = 4;
#else
constexpr int kTileRows = 1;
constexpr int kTileOutputs = 1;
constexpr int kSingleRowOutputs = 1;
#endif
constexpr std::size_t kPartLanes = 16 / kParts;

/// How several rows of x meet weights: again and again from the cache, or once, straight from
/// memory. Tiles read them row by row, and a row of some hundred elements is too short for the
/// processor to run ahead of by itself, so a stream asks for what it will need, into L2: many more
/// lines can be under way there than to L1, and a core then reads memory twice as fast. From 8 KiB
/// on all distances measured alike.
enum class Weights { kCached, kStreamed };
constexpr std::size_t kBytesAhead = 16 * 1024;
constexpr int kIntoL2 = 2;  // of __builtin_prefetch
constexpr std::size_t kCacheLine = 64;

template <Weights kWeights, class Weight>
VOXFUSE_SIMD void ask_ahead(const Weight* w, std::size_t k) {
  if constexpr (kWeights == Weights::kStreamed) {
    // An address past the end is only a hint: it cannot fault.
    if (k * sizeof(Weight) % kCacheLine == 0) {
      __builtin_prefetch(reinterpret_cast<const char*>(w + k) + kBytesAhead, 0, kIntoL2);
    }
  }
}

/// Adds up the parts [kFirst, kEnd) of every accumulator of a tile. Only the first part asks ahead.
template <int kRows, int kOutputs, Weights kWeights, int kFirst, int kEnd, class Weight>
VOXFUSE_SIMD void add_parts(const DotRows& x, std::size_t m, const Weight* w, std::size_t w_stride,
                            Part (&total)[kRows][kOutputs][kParts]) {
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
    for (int o = 0; o < kOutputs; ++o) {
#pragma GCC unroll 16
      for (int p = kFirst; p < kEnd; ++p) total[r][o][p] = part_of(zero(), p);
    }
  }
  const float* row = x.x + static_cast<std::ptrdiff_t>(m) * x.stride;
  for (std::size_t s = 0; s < x.segments; ++s, row += x.segment_stride, w += x.inputs) {
    std::size_t k = 0;
    for (; k + 16 <= x.inputs; k += 16) {
#pragma GCC unroll 16
      for (int o = 0; kFirst == 0 && o < kOutputs; ++o) {
        ask_ahead<kWeights>(w + static_cast<std::size_t>(o) * w_stride, k);
      }
#pragma GCC unroll 16
      for (int p = kFirst; p < kEnd; ++p) {
        const std::size_t at = k + static_cast<std::size_t>(p) * kPartLanes;
        Part left[kRows];
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) left[r] = load_part(row + r * x.stride + at);
#pragma GCC unroll 16
        for (int o = 0; o < kOutputs; ++o) {
          const Part right = load_part(w + static_cast<std::size_t>(o) * w_stride + at);
#pragma GCC unroll 16
          for (int r = 0; r < kRows; ++r) total[r][o][p] = fma(left[r], right, total[r][o][p]);
        }
      }
    }
    if (k == x.inputs) continue;
#pragma GCC unroll 16
    for (int o = 0; o < kOutputs; ++o) {
      const F32x16 right = load_first(w + static_cast<std::size_t>(o) * w_stride + k, x.inputs - k);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const F32x16 left = load_first(row + r * x.stride + k, x.inputs - k);
#pragma GCC unroll 16
        for (int p = kFirst; p < kEnd; ++p) {
          total[r][o][p] = fma(part_of(left, p), part_of(right, p), total[r][o][p]);
        }
      }
    }
  }
}

/// sums[r * kOutputs + o] = row m + r of x · row o of w. `sums` has room for a multiple of eight.
template <int kRows, int kOutputs, Weights kWeights, class Weight>
VOXFUSE_SIMD void dot_tile(const DotRows& x, std::size_t m, const Weight* w, std::size_t w_stride,
                           float* sums) {
  Part total[kRows][kOutputs][kParts];
  if constexpr (kRows == 1) {
    add_parts<kRows, kOutputs, kWeights, 0, kParts>(x, m, w, w_stride, total);
  } else {
    add_parts<kRows, kOutputs, kWeights, 0, 1>(x, m, w, w_stride, total);
    if constexpr (kParts == 2) {
      add_parts<kRows, kOutputs, kWeights, 1, 2>(x, m, w, w_stride, total);
    }
  }
  constexpr int kSums = kRows * kOutputs;
#pragma GCC unroll 16
  for (int first = 0; first < kSums; first += 8) {
    F32x16 eight[8];
#pragma GCC unroll 16
    for (int i = 0; i < 8; ++i) {
      const int at = first + i < kSums ? first + i : kSums - 1;  // what is beyond is not used
      eight[i] = whole_of(total[at / kOutputs][at % kOutputs]);
    }
    sum8(eight, sums + first);
  }
}

/// One tile, handed to epilogue(m, n, sum) element by element.
template <int kRows, int kOutputs, Weights kWeights, class Weight, class Epilogue>
VOXFUSE_SIMD void finish_tile(const DotRows& x, std::size_t m, const Weight* w,
                              std::size_t w_stride, std::size_t n, Epilogue& epilogue) {
  float sums[(kRows * kOutputs + 7) / 8 * 8];
  dot_tile<kRows, kOutputs, kWeights>(x, m, w, w_stride, sums);
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
    for (int o = 0; o < kOutputs; ++o) {
      epilogue(m + static_cast<std::size_t>(r), n + static_cast<std::size_t>(o),
               sums[r * kOutputs + o]);
    }
  }
}

/// kOutputs columns for every row of [m_begin, m_end).
template <int kOutputs, Weights kWeights, class Weight, class Epilogue>
static void dot_columns(const DotRows& x, std::size_t m_begin, std::size_t m_end, const Weight* w,
                        std::size_t w_stride, std::size_t n, Epilogue& epilogue) {
  std::size_t m = m_begin;
  for (; m + kTileRows <= m_end; m += kTileRows) {
    finish_tile<kTileRows, kOutputs, kWeights>(x, m, w, w_stride, n, epilogue);
  }
  if constexpr (kTileRows > 2) {
    if (m + 2 <= m_end) {
      finish_tile<2, kOutputs, kWeights>(x, m, w, w_stride, n, epilogue);
      m += 2;
    }
  }
  for (; m < m_end; ++m) finish_tile<1, kOutputs, kWeights>(x, m, w, w_stride, n, epilogue);
}

/// epilogue(m, n, x[m] · w[n - n_begin]) for one row m and every n of [n_begin, n_end), on the
/// calling thread. Outputs that are summed at once lie a quarter of the range apart: each is a
/// stream of its own that the processor runs ahead of by itself, faster than when it is asked to,
/// and than it reads neighbours in turn. One core then reads memory as fast as it can.
template <class Weight, class Epilogue>
static void dot_single_row(const DotRows& x, std::size_t m, const Weight* w, std::size_t w_stride,
                           std::size_t n_begin, std::size_t n_end, Epilogue& epilogue) {
  constexpr std::size_t kStreams = kSingleRowOutputs;
  const std::size_t apart = (n_end - n_begin) / kStreams;
  for (std::size_t n = 0; n < apart; ++n) {
    float sums[(kStreams + 7) / 8 * 8];
    dot_tile<1, kSingleRowOutputs, Weights::kCached>(x, m, w + n * w_stride, apart * w_stride,
                                                     sums);
#pragma GCC unroll 16
    for (std::size_t o = 0; o < kStreams; ++o) epilogue(m, n_begin + n + o * apart, sums[o]);
  }
  for (std::size_t n = apart * kStreams; n < n_end - n_begin; ++n) {
    finish_tile<1, 1, Weights::kCached>(x, m, w + n * w_stride, w_stride, n_begin + n, epilogue);
  }
}

/// epilogue(m, n, x[m] · w[n - n_begin]) for every m of [m_begin, m_end) and n of [n_begin, n_end),
/// on the calling thread. `w` is the row of n_begin; each is read once, in tiles that stay in L1.
template <Weights kWeights = Weights::kCached, class Weight, class Epilogue>
static void dot_block(const DotRows& x, std::size_t m_begin, std::size_t m_end, const Weight* w,
                      std::size_t w_stride, std::size_t n_begin, std::size_t n_end,
                      Epilogue& epilogue) {
  if (m_end - m_begin == 1) {
    return dot_single_row(x, m_begin, w, w_stride, n_begin, n_end, epilogue);
  }
  std::size_t n = n_begin;
  for (; n + kTileOutputs <= n_end; n += kTileOutputs) {
    dot_columns<kTileOutputs, kWeights>(x, m_begin, m_end, w + (n - n_begin) * w_stride, w_stride,
                                        n, epilogue);
  }
  for (; n < n_end; ++n) {
    dot_columns<1, kWeights>(x, m_begin, m_end, w + (n - n_begin) * w_stride, w_stride, n,
                             epilogue);
  }
}

/// How a large product is cut: a block of w and one of x lie in L2 together.
struct DotBlocks {
  std::size_t rows;
  std::size_t outputs;

  static DotBlocks of(const DotRows& x, std::size_t outputs) {
    constexpr std::size_t kBlockElements = 40 * 1024;  // 160 KiB
    const std::size_t fitting = kBlockElements / std::max<std::size_t>(x.length(), 1);
    // Multiples of every tile's sides.
    return {std::clamp<std::size_t>(fitting / 12 * 12, 12, 252),
            std::min(outputs, std::clamp<std::size_t>(fitting / 12 * 12, 12, 96))};
  }
};

// Below it a wake-up costs more than the part of the work that it takes away.
constexpr std::size_t kMultipliesOfThread = 64 * 1024;

// Short sums, of up to seven products in each accumulator, lie side by side instead: a vector holds
// one accumulator of sixteen outputs, so that joining is sixteen times less work. That pays for the
// broadcasts and for weights put in order once a call. The tree is walked depth first: five vectors
// a row are alive, not sixteen. With fourteen products the code was too long and the tiles faster.
constexpr int kSideBySideRows = 4;
constexpr std::size_t kStripRows = 32;  // their sums, 2 KiB, are in L1 when the epilogue comes

/// Where product j of accumulator i lies: row + at[j] + i.
template <int kProducts>
struct ProductOffsets {
  std::ptrdiff_t at[kProducts];

  [[gnu::always_inline]] explicit ProductOffsets(const DotRows& x) {
    for (std::size_t j = 0; j < kProducts; ++j) {
      const std::size_t k = j * 16;
      at[j] = static_cast<std::ptrdiff_t>(k % x.inputs) +
              static_cast<std::ptrdiff_t>(k / x.inputs) * x.segment_stride;
    }
  }
};

/// The accumulators kFirst, kFirst + kStep, … of sixteen outputs, joined as the tree says.
template <int kStep, int kFirst, int kProducts, int kRows>
VOXFUSE_SIMD void join_side_by_side(const float* row, std::ptrdiff_t stride,
                                    const ProductOffsets<kProducts>& offsets, const float* w,
                                    F32x16 (&sums)[kRows]) {
  if constexpr (kStep < 16) {
    F32x16 others[kRows];
    join_side_by_side<2 * kStep, kFirst>(row, stride, offsets, w, sums);
    join_side_by_side<2 * kStep, kFirst + kStep>(row, stride, offsets, w, others);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) sums[r] = sums[r] + others[r];
  } else {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) sums[r] = zero();
#pragma GCC unroll 16
    for (int j = 0; j < kProducts; ++j) {
      const F32x16 right = load(w + (16 * j + kFirst) * 16);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        sums[r] = fma(broadcast(row[r * stride + offsets.at[j] + kFirst]), right, sums[r]);
      }
    }
  }
}

/// Sixteen sums of each row [m, m_end), at most kStripRows of them.
template <int kProducts>
[[gnu::noinline]] static void strip_side_by_side(const DotRows& x, std::size_t m, std::size_t m_end,
                                                 const float* w, float* sums) {
  const ProductOffsets<kProducts> offsets(x);
  const float* row = x.x + static_cast<std::ptrdiff_t>(m) * x.stride;
  for (; m + kSideBySideRows <= m_end; m += kSideBySideRows) {
    F32x16 tile[kSideBySideRows];
    join_side_by_side<1, 0>(row, x.stride, offsets, w, tile);
#pragma GCC unroll 16
    for (int r = 0; r < kSideBySideRows; ++r) store(sums + 16 * r, tile[r]);
    row += kSideBySideRows * x.stride;
    sums += 16 * kSideBySideRows;
  }
  for (; m < m_end; ++m, row += x.stride, sums += 16) {
    F32x16 one[1];
    join_side_by_side<1, 0>(row, x.stride, offsets, w, one);
    store(sums, one[0]);
  }
}

using StripFunction = void (*)(const DotRows&, std::size_t, std::size_t, const float*, float*);

/// Null where sums are not short, or their accumulators not alike.
VOXFUSE_SIMD StripFunction strip_of(const DotRows& x, std::size_t outputs) {
  if constexpr (kTileRows > 1) {  // there are vectors
    if (x.inputs % 16 != 0 || outputs % 16 != 0) return nullptr;
    switch (x.length()) {
      case 16:
        return strip_side_by_side<1>;
      case 32:
        return strip_side_by_side<2>;
      case 64:
        return strip_side_by_side<4>;
      case 112:
        return strip_side_by_side<7>;
    }
  }
  return nullptr;
}

/// (length, 16) for each sixteen outputs, from (outputs, length).
VOXFUSE_SIMD void put_side_by_side(const float* w, std::size_t outputs, std::size_t length,
                                   float* into) {
  for (std::size_t n = 0; n < outputs; ++n) {
    float* column = into + n / 16 * 16 * length + n % 16;
    for (std::size_t k = 0; k < length; ++k) column[k * 16] = w[n * length + k];
  }
}

template <class Epilogue>
static void dot_short(ThreadPool& pool, const DotRows& x, const float* w, std::size_t outputs,
                      StripFunction strip, Epilogue& epilogue) {
  const std::size_t length = x.length();
  const std::size_t grain = kMultipliesOfThread / (length * outputs) + 1;
  pool.parallel_for(x.rows, grain, [&](std::size_t begin, std::size_t end, unsigned thread) {
    float* ordered = pool.scratch(thread, outputs * length);
    put_side_by_side(w, outputs, length, ordered);
    float sums[kStripRows * 16];
    for (std::size_t m = begin; m < end; m += kStripRows) {
      const std::size_t m_end = std::min(m + kStripRows, end);
      for (std::size_t n = 0; n < outputs; n += 16) {
        strip(x, m, m_end, ordered + n * length, sums);
        for (std::size_t row = m; row < m_end; ++row) {
          epilogue(row, n, load(sums + (row - m) * 16));
        }
      }
    }
  });
}

/// The epilogue y[m, n] = (or +=) sum + bias[n], for one sum or for sixteen neighbours.
template <bool kAdds, class Bias>
struct PutBiased {
  float* y;
  std::size_t outputs;
  const Bias* bias;

  [[gnu::always_inline]] void operator()(std::size_t m, std::size_t n, float sum) const {
    float* at = y + m * outputs + n;
    const float biased = sum + element(bias, n);
    *at = kAdds ? *at + biased : biased;
  }
  [[gnu::always_inline]] void operator()(std::size_t m, std::size_t n, F32x16 sums) const {
    float* at = y + m * outputs + n;
    const F32x16 biased = sums + load(bias + n);
    store(at, kAdds ? load(at) + biased : biased);
  }
};

/// The block [n, n + count) of w as f32, widened into `scratch` when it is stored otherwise.
VOXFUSE_SIMD const float* f32_rows(const float* w, std::size_t, float*) { return w; }
template <class Weight>
VOXFUSE_SIMD const float* f32_rows(const Weight* w, std::size_t elements, float* scratch) {
  each_slice(0, elements, [&](auto s) { s.store(scratch, s.load(w)); });
  return scratch;
}

// From this many rows on, a product is cut into blocks, and narrow weights are widened for all rows
// at once. Below it they stream through the tiles: widening hides behind the multiplying there, and
// reading memory does as well, which costs more than a block saves.
constexpr std::size_t kRowsOfBlocks = 64;

template <class Weight, class Epilogue>
static void dot_few_rows(ThreadPool& pool, const DotRows& x, const Weight* w, std::size_t outputs,
                         Epilogue& epilogue) {
  const std::size_t length = x.length();
  const std::size_t grain = kMultipliesOfThread / (x.rows * length) + 1;
  pool.parallel_for(outputs, grain, [&](std::size_t begin, std::size_t end, unsigned) {
    dot_block<Weights::kStreamed>(x, 0, x.rows, w + begin * length, length, begin, end, epilogue);
  });
}

template <class Weight, class Epilogue>
static void dot_many_rows(ThreadPool& pool, const DotRows& x, const Weight* w, std::size_t outputs,
                          Epilogue& epilogue) {
  const std::size_t length = x.length();
  const DotBlocks block = DotBlocks::of(x, outputs);
  const std::size_t row_blocks = (x.rows + block.rows - 1) / block.rows;
  const std::size_t output_blocks = (outputs + block.outputs - 1) / block.outputs;
  const std::size_t grain = kMultipliesOfThread / (block.rows * block.outputs * length) + 1;
  const auto part = [&](std::size_t begin, std::size_t end, unsigned thread) {
    float* scratch = pool.scratch(thread, block.outputs * length);
    const float* weights = nullptr;
    for (std::size_t unit = begin; unit < end; ++unit) {
      const std::size_t n = unit / row_blocks * block.outputs;
      const std::size_t n_end = std::min(n + block.outputs, outputs);
      const std::size_t m = unit % row_blocks * block.rows;
      const std::size_t m_end = std::min(m + block.rows, x.rows);
      if (unit == begin || m == 0)
        weights = f32_rows(w + n * length, (n_end - n) * length, scratch);
      dot_block(x, m, m_end, weights, length, n, n_end, epilogue);
    }
  };
  pool.parallel_for(row_blocks * output_blocks, grain, part);
}

template <class Weight, class Epilogue>
static void dot_stored(ThreadPool& pool, const DotRows& x, const Weight* w, std::size_t outputs,
                       Epilogue& epilogue) {
  if (x.rows < kRowsOfBlocks) {
    dot_few_rows(pool, x, w, outputs, epilogue);
  } else {
    dot_many_rows(pool, x, w, outputs, epilogue);
  }
}

/// epilogue(m, n, x[m] · w[n]) for every row m and output n, on all threads: each element once, in
/// no set order, from one thread at a time for a given (m, n). An epilogue that also takes sixteen
/// neighbours as an F32x16 gets short sums that way.
///
/// Shapes   w: (outputs, x.length()), contiguous.
/// Dtypes   w: f32 or bf16.
/// Threads  Uses pool.scratch of every thread; pool.shared_scratch is the caller's to use.
template <class Epilogue>
static void dot_panel(ThreadPool& pool, const DotRows& x, ConstTensor w, std::size_t outputs,
                      Epilogue&& epilogue) {
  if constexpr (std::is_invocable_v<Epilogue&, std::size_t, std::size_t, F32x16>) {
    const StripFunction strip = strip_of(x, outputs);
    if (strip != nullptr && w.dtype == Dtype::kF32 && x.rows >= kStripRows) {
      return dot_short(pool, x, w.f32(), outputs, strip, epilogue);
    }
  }
  with_elements(w, [&](const auto* weights) { dot_stored(pool, x, weights, outputs, epilogue); });
}

/// dot_panel with a matrix that may be i8: its integers are summed as any weights are, in the same
/// order, and the sum is scaled once.
template <class Epilogue>
static void dot_matrix(ThreadPool& pool, const DotRows& x, ConstTensor w, std::size_t outputs,
                       Epilogue&& epilogue) {
  if (w.dtype != Dtype::kI8) return dot_panel(pool, x, w, outputs, epilogue);
  const auto scaled = [&epilogue, scales = w.scales](std::size_t m, std::size_t n, float sum) {
    epilogue(m, n, sum * scales[n]);
  };
  dot_stored(pool, x, w.i8(), outputs, scaled);
}

}  // namespace VOXFUSE_ISA
}  // namespace voxfuse
