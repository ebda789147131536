#include "cuda-sidecar/src/load/weights.hpp"

#include <cstring>
#include <string_view>

#include "cuda-sidecar/src/load/weight_builder.hpp"

namespace voxfuse {

namespace {

constexpr std::uint32_t kPartsMax = 256;
constexpr std::uint32_t kNameBytesMax = 256 * 512;
constexpr std::size_t kWeightsMax = 65536;

/// Splits the names that follow an entry: each ends with a zero byte, zeros pad to 4.
Status split_names(std::string_view bytes, std::uint32_t count,
                   std::vector<std::string_view>& names) {
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t end = bytes.find('\0');
    if (end == std::string_view::npos || end == 0) {
      return {ErrorCode::kBadControl, "a tensor name is missing"};
    }
    names.push_back(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
  if (bytes.size() >= 4 || bytes.find_first_not_of('\0') != std::string_view::npos) {
    return {ErrorCode::kBadControl, "more name bytes than names"};
  }
  return {};
}

/// Reads one entry and its names off the front of `bytes`.
Status take_entry(std::span<const std::byte>& bytes, WeightEntry& entry,
                  std::vector<std::string_view>& names) {
  VOXFUSE_REQUIRE(bytes.size() >= sizeof entry, kBadControl);
  std::memcpy(&entry, bytes.data(), sizeof entry);
  bytes = bytes.subspan(sizeof entry);
  VOXFUSE_REQUIRE(entry.dtype == static_cast<std::uint32_t>(Dtype::kStored) ||
                      entry.dtype == static_cast<std::uint32_t>(Dtype::kBf16) ||
                      entry.dtype == static_cast<std::uint32_t>(Dtype::kI8),
                  kBadControl);
  VOXFUSE_REQUIRE(entry.part_count <= kPartsMax, kBadControl);
  VOXFUSE_REQUIRE(entry.name_bytes % 4 == 0, kBadControl);
  VOXFUSE_REQUIRE(entry.name_bytes <= kNameBytesMax, kBadControl);
  VOXFUSE_REQUIRE(entry.name_bytes <= bytes.size(), kBadControl);
  // Names are text: bytes seen as chars.
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), entry.name_bytes);
  bytes = bytes.subspan(entry.name_bytes);
  names.clear();
  return split_names(text, entry.part_count, names);
}

}  // namespace

Status WeightTable::add(std::span<const std::byte> entries, const TensorFiles& tensors,
                        std::string& subject) {
  std::vector<BuiltWeight> added;
  before_ = arena_.mark();
  if (Status status = build_all(entries, tensors, added, subject); !status.ok()) {
    arena_.give_back(before_);
    return status;
  }
  added_ = added.size();
  for (const BuiltWeight& built : added) {
    built_bytes_ += built.built_bytes;
    weights_.push_back(built.weight);
  }
  subject.clear();
  return {};
}

Status WeightTable::build_all(std::span<const std::byte> entries, const TensorFiles& tensors,
                              std::vector<BuiltWeight>& added, std::string& subject) {
  std::vector<std::string_view> names;
  std::vector<const StoredTensor*> parts;
  while (!entries.empty()) {
    const std::size_t id = weights_.size() + added.size();
    subject = "weight " + std::to_string(id);
    WeightEntry entry = {};
    VOXFUSE_TRY(take_entry(entries, entry, names));
    VOXFUSE_REQUIRE(entry.id == id, kBadControl);
    VOXFUSE_REQUIRE(id < kWeightsMax, kBadControl);

    parts.clear();
    for (const std::string_view name : names) {
      const StoredTensor* part = tensors.find(name);
      if (part == nullptr) {
        subject = name;
        return {ErrorCode::kWeightMissing, "no such tensor was loaded"};
      }
      parts.push_back(part);
    }
    if (!names.empty()) subject += " of " + std::string(names.front());
    BuiltWeight built{.arena = arena_};
    VOXFUSE_TRY(build_weight(entry, parts, built));
    if (built.memory != nullptr) {
      for (const StoredTensor* part : parts) TensorFiles::let_go(*part);
    }
    added.push_back(built);
  }
  return {};
}

}  // namespace voxfuse
