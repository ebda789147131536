// The shared region as either process sees it: geometry copied out of the header once and checked,
// and the addresses that follow from it. shared/README.md draws the bytes.
#pragma once

#include <algorithm>
#include <cstring>

#include "shared/gen/protocol.hpp"
#include "shared/ring.hpp"

namespace voxfuse {

inline constexpr std::uint64_t kRegionPageBytes = 4096;   ///< Areas of the region begin at these.
inline constexpr std::uint64_t kCompletionSlotUnit = 64;  ///< completion_slot_bytes counts in it.

/// `value` rounded up to a multiple of `unit`; the caller knows that the sum cannot wrap.
constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// What is wrong with a region, in words that are a literal; ok() when nothing.
struct RegionFault {
  ErrorCode code = ErrorCode::kOk;
  const char* what = "";

  constexpr bool ok() const { return code == ErrorCode::kOk; }
};

/// Where the parts of one row's output area lie, in bytes from its start. Cannot wrap: a factor of
/// 256 bytes on a 32-bit count.
struct OutputPlaces {
  std::uint64_t codes = 0;
  std::uint64_t pcm = 0;
  std::uint64_t logits = 0;
  std::uint64_t bytes = 0;  ///< All of it.

  static constexpr OutputPlaces of(std::uint64_t groups, std::uint64_t frame_samples,
                                   std::uint64_t logits_max) {
    OutputPlaces places;
    places.codes = sizeof(OutputHeader);
    places.pcm =
        round_up(places.codes + kOutputFrames * groups * sizeof(std::uint32_t), kAlignment);
    places.logits =
        round_up(places.pcm + kOutputFrames * frame_samples * sizeof(float), kAlignment);
    places.bytes = round_up(places.logits + logits_max * sizeof(float), kAlignment);
    return places;
  }
};

/// One row's output area. Frame i lies at i mod kOutputFrames of codes and of pcm.
struct OutputArea {
  OutputHeader* header = nullptr;
  std::uint32_t* codes = nullptr;  ///< (kOutputFrames, groups)
  float* pcm = nullptr;            ///< (kOutputFrames, frame_samples)
  float* logits = nullptr;         ///< (logits_max)
};

/// Counts of a row's output area, read together.
struct OutputCounts {
  std::uint32_t generation = 0;
  std::uint32_t codes_count = 0;
  std::uint32_t pcm_count = 0;
  std::uint32_t logits_count = 0;
  std::uint32_t done = 0;
  std::uint32_t finish_reason = 0;
};

/// Sidecar: stores one word of an OutputHeader after everything that it counts.
/// Pairs with the acquire loads in read_counts().
inline void store_count(std::uint32_t& word, std::uint32_t value) {
  std::atomic_ref(word).store(value, std::memory_order_release);
}

/// Sidecar: opens an output area for an admit. The generation is none while the counts are zeroed,
/// so that read_counts() never mixes two admits.
inline void begin_output(OutputHeader& header, std::uint32_t generation) {
  store_count(header.generation, 0);
  store_count(header.codes_count, 0);
  store_count(header.pcm_count, 0);
  store_count(header.logits_count, 0);
  store_count(header.done, 0);
  store_count(header.finish_reason, 0);
  store_count(header.generation, generation);
}

/// Host: the counts of one generation; all zero when the row is, or was just then, being opened.
/// Each load is acquire, so that what it counts may be read and the next load is not moved up;
/// partners are store_count() and begin_output(). `done` is read before codes_count: a row seen
/// done is seen with its last frame.
inline OutputCounts read_counts(OutputHeader& header) {
  const auto load = [](std::uint32_t& word) {
    return std::atomic_ref(word).load(std::memory_order_acquire);
  };
  OutputCounts counts;
  counts.generation = load(header.generation);
  counts.done = load(header.done);
  counts.finish_reason = load(header.finish_reason);
  counts.logits_count = load(header.logits_count);
  counts.pcm_count = load(header.pcm_count);
  counts.codes_count = load(header.codes_count);
  // None is seen again and again, so equality proves nothing about it.
  const bool one_admit = counts.generation != 0 && load(header.generation) == counts.generation;
  return one_admit ? counts : OutputCounts{};
}

/// Finds what is wrong with a header that was copied out of shared memory, if anything.
///
/// Limits  mapped_bytes is what is mapped, at least sizeof(RegionHeader).
/// Errors  kBadHeader magic or a reserved word; kLayoutMismatch the hash; kBadMemory the rest.
inline RegionFault check_region(const RegionHeader& h, std::uint64_t mapped_bytes) {
  const auto zero = [](const auto& words) {
    return std::all_of(std::begin(words), std::end(words), [](auto word) { return word == 0; });
  };
  const auto power_of_two = [](std::uint32_t n) { return n != 0 && (n & (n - 1)) == 0; };
  const auto bad = [](const char* what) { return RegionFault{ErrorCode::kBadMemory, what}; };

  if (h.magic != kRegionMagic) return {ErrorCode::kBadHeader, "region magic"};
  if (h.layout_hash != kLayoutHash) return {ErrorCode::kLayoutMismatch, "region layout_hash"};
  if (!(zero(h.reserved0) && zero(h.reserved1) && zero(h.reserved2) && zero(h.reserved3) &&
        zero(h.reserved4) && zero(h.reserved5) && zero(h.reserved6))) {
    return {ErrorCode::kBadHeader, "region reserved words are not zero"};
  }
  if (h.region_bytes != mapped_bytes) return bad("region_bytes is not the size of the memory");
  if (!power_of_two(h.submission_slots)) return bad("submission_slots is not a power of two");
  if (!power_of_two(h.completion_slots)) return bad("completion_slots is not a power of two");
  if (h.completion_slots < h.submission_slots) return bad("fewer completion than submission slots");
  if (h.submission_slot_bytes == 0 || h.submission_slot_bytes % kRegionPageBytes != 0) {
    return bad("submission_slot_bytes is not a multiple of 4096");
  }
  if (h.completion_slot_bytes == 0 || h.completion_slot_bytes % kCompletionSlotUnit != 0) {
    return bad("completion_slot_bytes is not a multiple of 64");
  }
  if (h.output_rows == 0 || h.groups == 0 || h.frame_samples == 0) return bad("an empty output");
  if (h.completion_slot_bytes <
      sizeof(CompletionHeader) + std::uint64_t{h.output_rows} * sizeof(LaneResult)) {
    return bad("a completion slot cannot hold a result for every row");
  }
  const OutputPlaces places = OutputPlaces::of(h.groups, h.frame_samples, h.logits_max);
  if (h.output_stride % kRegionPageBytes != 0 || h.output_stride < places.bytes) {
    return bad("output_stride is not a multiple of 4096 that holds an output area");
  }

  // Areas in order, without overlap. A product of two u32 does not wrap; sums are kept from
  // wrapping by comparing what is left of the region.
  std::uint64_t free_at = sizeof(RegionHeader);
  const auto takes = [&](std::uint64_t offset, std::uint64_t count, std::uint64_t bytes) {
    if (offset % kRegionPageBytes != 0 || offset < free_at || offset > mapped_bytes) return false;
    if (count * bytes > mapped_bytes - offset) return false;
    free_at = offset + count * bytes;
    return true;
  };
  if (!takes(h.submission_offset, h.submission_slots, h.submission_slot_bytes)) {
    return bad("submission slots leave the region, overlap or are not aligned to 4096");
  }
  if (!takes(h.completion_offset, h.completion_slots, h.completion_slot_bytes)) {
    return bad("completion slots leave the region, overlap or are not aligned to 4096");
  }
  if (!takes(h.output_offset, h.output_rows, h.output_stride)) {
    return bad("output areas leave the region, overlap or are not aligned to 4096");
  }
  return {};
}

/// A mapped region whose header was copied and found good. Does not own the mapping.
class RegionView {
 public:
  RegionView() = default;

  /// Copies the header at `base` and checks the copy; `view` is set only when it is good.
  ///
  /// Limits  base is aligned to 4096 and mapped_bytes from it are mapped for reading and writing.
  static RegionFault open(std::byte* base, std::uint64_t mapped_bytes, RegionView& view) {
    if (mapped_bytes < sizeof(RegionHeader)) {
      return {ErrorCode::kBadMemory, "the memory is smaller than its header"};
    }
    RegionHeader header;
    std::memcpy(&header, base, sizeof header);
    const RegionFault fault = check_region(header, mapped_bytes);
    if (!fault.ok()) return fault;
    view.base_ = base;
    view.header_ = header;
    view.places_ = OutputPlaces::of(header.groups, header.frame_samples, header.logits_max);
    return {};
  }

  /// The checked copy. Its indices and flags are those of the moment of open().
  const RegionHeader& header() const { return header_; }

  RingPlace submissions() const {
    return {&live().submission_tail, &live().submission_head, base_ + header_.submission_offset,
            header_.submission_slots, header_.submission_slot_bytes};
  }
  RingPlace completions() const {
    return {&live().completion_tail, &live().completion_head, base_ + header_.completion_offset,
            header_.completion_slots, header_.completion_slot_bytes};
  }
  SleepFlag sidecar_asleep() const { return SleepFlag(&live().sidecar_asleep); }
  SleepFlag host_asleep() const { return SleepFlag(&live().host_asleep); }

  /// Limits  row < header().output_rows.
  OutputArea output(std::uint32_t row) const {
    std::byte* area = base_ + header_.output_offset + std::uint64_t{row} * header_.output_stride;
    // The mapping holds no C++ objects until these casts say so; offsets are aligned to 256.
    return {reinterpret_cast<OutputHeader*>(area),
            reinterpret_cast<std::uint32_t*>(area + places_.codes),
            reinterpret_cast<float*>(area + places_.pcm),
            reinterpret_cast<float*>(area + places_.logits)};
  }

 private:
  /// Only for words that are read and written through atomic_ref.
  RegionHeader& live() const { return *reinterpret_cast<RegionHeader*>(base_); }

  std::byte* base_ = nullptr;
  RegionHeader header_{};
  OutputPlaces places_;
};

}  // namespace voxfuse
