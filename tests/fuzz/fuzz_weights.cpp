// The manifest of a checkpoint's tensors and the entries of the weights that are made of them.
//
// An input is a u32 count of bytes, so many of a load message, and the entries of a weights
// message. Whatever files the load names, its tensors are looked for in one of zeros.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "tests/fuzz/recorded.hpp"

namespace {

using namespace voxfuse;

constexpr off_t kFileBytes = 4 << 20;
/// Files of a load: each costs a mapping, and a client may name as many as its message holds.
constexpr std::size_t kFilesMax = 4;
/// Elements of a weight that is computed, not copied: an input that asks for more is left out, for
/// it would take a second.
constexpr std::uint64_t kComputedMax = 1 << 12;

std::string* zeros = nullptr;

/// Whether an entry is of a kind that is made of no tensor.
bool is_computed(std::uint32_t kind) {
  return kind == static_cast<std::uint32_t>(WeightKind::kDftBasis) ||
         kind == static_cast<std::uint32_t>(WeightKind::kMelFilters) ||
         kind == static_cast<std::uint32_t>(WeightKind::kRopeFrequencies);
}

bool takes_long(std::span<const std::byte> entries) {
  while (entries.size() >= sizeof(WeightEntry)) {
    WeightEntry entry;
    std::memcpy(&entry, entries.data(), sizeof entry);
    if (is_computed(entry.kind) && std::uint64_t{entry.rows} * entry.cols > kComputedMax)
      return true;
    const std::size_t size = sizeof entry + entry.name_bytes;
    entries = entries.subspan(std::min(size, entries.size()));
  }
  return false;
}

/// Reads a weight from end to end, so that a sanitizer sees where it lies.
void require_whole(const Weight& weight) {
  unsigned sum = 0;
  const std::size_t bytes = weight.elements() * weight.element_bytes();
  for (std::size_t at = 0; at < bytes; at += at + 64 < bytes ? 64 : 1) {
    sum += std::to_integer<unsigned>(weight.data[at]);
  }
  require(sum != 1u << 31, "a weight is read");
  // An address as a number.
  require(reinterpret_cast<std::uintptr_t>(weight.data) % weight.element_bytes() == 0,
          "a weight is aligned to its dtype");
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const int file = memfd_create("zeros", 0);
  require(file >= 0 && ftruncate(file, kFileBytes) == 0, "a file of zeros is made");
  zeros = new std::string("/proc/self/fd/" + std::to_string(file));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::byte> input = input_bytes(data, size);
  std::uint32_t load_bytes = 0;
  if (input.size() < sizeof load_bytes) return 0;
  std::memcpy(&load_bytes, input.data(), sizeof load_bytes);
  input = input.subspan(sizeof load_bytes);
  load_bytes = static_cast<std::uint32_t>(std::min<std::size_t>(load_bytes, input.size()));
  const auto message = msgpack::decode(input.first(load_bytes));
  const auto entries = input.subspan(load_bytes);
  if (!message || takes_long(entries)) return 0;

  LoadRequest load;
  std::string subject;
  if (!parse_load(*message, load, subject).ok() || load.files.size() > kFilesMax) return 0;
  std::ranges::fill(load.files, *zeros);
  TensorFiles tensors;
  if (!tensors.open(load.files, load.tensors, subject).ok()) return 0;

  WeightTable weights;
  if (!weights.add(entries, tensors, subject).ok()) {
    require(weights.count() == 0, "a refused message leaves no weight");
    return 0;
  }
  for (const Weight& weight : weights.added()) require_whole(weight);
  return 0;
}
