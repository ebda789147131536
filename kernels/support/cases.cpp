#include "kernels/support/cases.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <numbers>

namespace voxfuse {

namespace {

constexpr std::size_t kGuard = 256;  // bytes at least between the end of a row and the next
constexpr int kGuardByte = 0xa5;

/// SplitMix64: the same inputs on every machine.
struct Random {
  std::uint64_t state;

  std::uint64_t next() {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double uniform() { return (static_cast<double>(next() >> 11) + 0.5) * 0x1p-53; }
  double normal() {
    return std::sqrt(-2.0 * std::log(uniform())) * std::cos(2.0 * std::numbers::pi * uniform());
  }
};

std::uint64_t seed_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

double value_of(float value) { return value; }

/// One unit in the last place at x: of 24 bits for f32, of 8 for bf16.
double ulp_at(double x, int precision) {
  const double size = std::max(std::abs(x), double{std::numeric_limits<float>::min()});
  return std::ldexp(1.0, std::ilogb(size) - precision + 1);
}

}  // namespace

/// `rows` runs of `count` elements, each with its guards, `stride` bytes apart.
struct Buffers::Buffer {
  std::string name;
  Kind kind;
  Role role;
  std::size_t rows;
  std::size_t count;
  std::size_t stride;
  /// All rows with their guards, as first filled. Runs of a case share those of random operands.
  std::shared_ptr<const std::vector<std::byte>> initial;
  std::byte* memory = nullptr;

  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { ::operator delete(memory, std::align_val_t(kAlignment)); }

  std::size_t element_bytes() const {
    if (kind == Kind::kI8) return 1;
    return kind == Kind::kBf16 ? 2 : 4;
  }
  std::byte* row(std::size_t index) const { return memory + kAlignment + index * stride; }
  std::byte* at(std::size_t index, std::size_t i) const { return row(index) + i * element_bytes(); }
  const std::byte* initial_at(std::size_t index, std::size_t i) const {
    return initial->data() + (at(index, i) - memory);
  }
  std::size_t bytes() const { return kAlignment + rows * stride; }
  std::size_t row_bytes() const { return count * element_bytes(); }
  void keep_as_initial() {
    initial = std::make_shared<const std::vector<std::byte>>(memory, memory + bytes());
  }
  /// Whether `size` bytes from `from` on are as first filled.
  bool is_initial(const std::byte* from, std::size_t size) const {
    return std::memcmp(from, initial->data() + (from - memory), size) == 0;
  }
  std::uint32_t word_in(const std::byte* from) const {
    std::uint32_t word = 0;
    std::memcpy(&word, from, element_bytes());
    return word;
  }
  double value(std::size_t index, std::size_t i) const {
    const std::uint32_t word = word_in(at(index, i));
    if (kind == Kind::kBf16) return value_of(bf16::widen(static_cast<std::uint16_t>(word)));
    if (kind == Kind::kI8) return static_cast<std::int8_t>(word);
    return kind == Kind::kF32 ? value_of(std::bit_cast<float>(word)) : word;
  }
  void put(std::size_t index, std::size_t i, double value) {
    const auto single = static_cast<float>(value);
    std::uint32_t word = std::bit_cast<std::uint32_t>(single);
    if (kind == Kind::kBf16) word = bf16::round(single);
    if (kind == Kind::kI8) word = static_cast<std::uint8_t>(std::lrint(single));
    std::memcpy(at(index, i), &word, element_bytes());
  }
  std::string element(std::size_t index, std::size_t i) const {
    return name + (rows > 1 ? "[" + std::to_string(index) + "]" : "") + "[" + std::to_string(i) +
           "]";
  }
};

Buffers::Buffers(Family family, std::string seed, std::uint32_t poison, Dtype act,
                 const Buffers* drawn)
    : family_(family), act_(act), seed_(std::move(seed)), poison_(poison), drawn_(drawn) {}
Buffers::~Buffers() = default;

Buffers::Buffer& Buffers::make(const char* name, Kind kind, Role role, std::size_t rows,
                               std::size_t count) {
  auto buffer = std::make_unique<Buffer>();
  buffer->name = name;
  buffer->kind = kind;
  buffer->role = role;
  buffer->rows = rows;
  buffer->count = count;
  const std::size_t used = buffer->row_bytes() + kGuard;
  buffer->stride = (used + kAlignment - 1) / kAlignment * kAlignment;
  buffer->memory =
      static_cast<std::byte*>(::operator new(buffer->bytes(), std::align_val_t(kAlignment)));
  const bool is_random = kind != Kind::kU32 && (role == Role::kInput || role == Role::kState);
  if (is_random && drawn_ != nullptr) {
    buffer->initial = drawn_->buffers_[buffers_.size()]->initial;
    std::memcpy(buffer->memory, buffer->initial->data(), buffer->bytes());
  } else {
    std::memset(buffer->memory, kGuardByte, buffer->bytes());
    is_random ? fill_random(*buffer) : fill_with_poison(*buffer);
    buffer->keep_as_initial();
  }
  buffers_.push_back(std::move(buffer));
  return *buffers_.back();
}

void Buffers::fill_with_poison(Buffer& buffer) {
  // A quiet NaN in f32 and in bf16, and no index of anything.
  const std::uint32_t pattern = poison_ == 0 ? 0x7fc17fc1u : 0x7fde7fdeu;
  for (std::size_t row = 0; row < buffer.rows; ++row) {
    for (std::size_t i = 0; i < buffer.count; ++i) {
      std::memcpy(buffer.at(row, i), &pattern, buffer.element_bytes());
    }
  }
}

void Buffers::fill_random(Buffer& buffer) {
  Random random{seed_of(seed_ + "/" + buffer.name)};
  const bool is_whole = buffer.kind == Kind::kI8;
  for (std::size_t row = 0; row < buffer.rows; ++row) {
    for (std::size_t i = 0; i < buffer.count; ++i) {
      if (family_ == Family::kExact) {
        buffer.put(row, i, (static_cast<double>(random.next() % 17) - 8) / (is_whole ? 1 : 8));
      } else if (is_whole) {
        buffer.put(row, i, static_cast<double>(random.next() % 255) - 127);
      } else {
        const double outlier = random.next() % 64 == 0 ? 16 : 1;
        buffer.put(row, i, random.normal() * outlier);
      }
    }
  }
}

ConstTensor Buffers::input(const char* name, std::size_t count, Dtype dtype) {
  return {make(name, kind_of(dtype), Role::kInput, 1, count).row(0), dtype};
}
ConstTensor Buffers::matrix(const char* name, std::size_t rows, std::size_t cols, Dtype dtype) {
  ConstTensor matrix = input(name, rows * cols, dtype);
  if (dtype != Dtype::kI8) return matrix;
  // Powers of two keep the exact family exact.
  std::vector<float> scales(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    scales[row] = family_ == Family::kExact ? 0.125f / static_cast<float>(1 + row % 2)
                                            : 0.01f + 0.001f * static_cast<float>(row % 13);
  }
  matrix.scales = input_f32((std::string(name) + " scales").c_str(), scales);
  return matrix;
}
Tensor Buffers::output(const char* name, std::size_t count, Dtype dtype) {
  return {make(name, kind_of(dtype), Role::kOutput, 1, count).row(0), dtype};
}
Tensor Buffers::state(const char* name, std::size_t count, Dtype dtype) {
  return {make(name, kind_of(dtype), Role::kState, 1, count).row(0), dtype};
}
const float* Buffers::input_f32(const char* name, std::size_t count) {
  return input(name, count, Dtype::kF32).f32();
}
float* Buffers::output_f32(const char* name, std::size_t count) {
  return output(name, count, Dtype::kF32).f32();
}
float* Buffers::state_f32(const char* name, std::size_t count) {
  return state(name, count, Dtype::kF32).f32();
}

const float* Buffers::input_f32(const char* name, const std::vector<float>& values) {
  Buffer& buffer = make(name, Kind::kF32, Role::kInput, 1, values.size());
  for (std::size_t i = 0; i < values.size(); ++i) buffer.put(0, i, values[i]);
  buffer.keep_as_initial();
  return ConstTensor{buffer.row(0)}.f32();
}

// Buffers hold bytes; a u32 or a RowState is what the operand's contract says of them.
template <class T>
RowSpan<T> Buffers::row_words(const char* name, Role role, std::size_t count,
                              const RowValue& value) {
  Buffer& buffer = make(name, Kind::kU32, role, row_count_, count);
  for (std::uint32_t row = 0; value && row < row_count_; ++row) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t word = value(row, i);
      std::memcpy(buffer.at(row, i), &word, sizeof word);
    }
  }
  buffer.keep_as_initial();
  return {reinterpret_cast<T*>(buffer.row(0)), buffer.stride, lane_table_};  // as above
}

template <class T>
RowSpan<T> Buffers::row_states(const char* name, Role role, const std::vector<RowState>& rows) {
  const auto word_of = [&](std::uint32_t row, std::uint32_t i) {
    std::uint32_t word = 0;
    const RowState& state = rows[row % rows.size()];
    // A record of words, float ones among them.
    std::memcpy(&word, reinterpret_cast<const std::byte*>(&state) + std::size_t{i} * 4, 4);
    return word;
  };
  const auto words =
      row_words<std::uint32_t>(name, role, sizeof(RowState) / sizeof(std::uint32_t), word_of);
  return {reinterpret_cast<T*>(words.base), words.stride, words.lane_rows};  // as above
}

const std::uint32_t* Buffers::input_u32(const char* name,
                                        const std::vector<std::uint32_t>& values) {
  Buffer& buffer = make(name, Kind::kU32, Role::kInput, 1, values.size());
  std::memcpy(buffer.row(0), values.data(), values.size() * sizeof(std::uint32_t));
  buffer.keep_as_initial();
  return static_cast<const std::uint32_t*>(static_cast<const void*>(buffer.row(0)));
}
std::uint32_t* Buffers::state_u32(const char* name, const std::vector<std::uint32_t>& values) {
  Buffer& buffer = make(name, Kind::kU32, Role::kState, 1, values.size());
  std::memcpy(buffer.row(0), values.data(), values.size() * sizeof(std::uint32_t));
  buffer.keep_as_initial();
  return static_cast<std::uint32_t*>(static_cast<void*>(buffer.row(0)));
}
std::uint32_t* Buffers::output_u32(const char* name, std::size_t count) {
  std::byte* data = make(name, Kind::kU32, Role::kOutput, 1, count).row(0);
  return static_cast<std::uint32_t*>(static_cast<void*>(data));
}
std::uint32_t* Buffers::scratch_u32(const char* name, std::size_t count) {
  std::byte* data = make(name, Kind::kU32, Role::kScratch, 1, count).row(0);
  return static_cast<std::uint32_t*>(static_cast<void*>(data));
}

const std::uint32_t* Buffers::lanes(const std::vector<std::uint32_t>& lane_rows,
                                    std::uint32_t row_count) {
  lane_rows_ = lane_rows;
  lane_table_ = input_u32("lane table", lane_rows);
  row_count_ = row_count;
  return lane_table_;
}
RowSpan<const RowState> Buffers::row_state_in(const char* name, const std::vector<RowState>& rows) {
  return row_states<const RowState>(name, Role::kInput, rows);
}
RowSpan<RowState> Buffers::row_state(const char* name, const std::vector<RowState>& rows) {
  return row_states<RowState>(name, Role::kState, rows);
}
RowSpan<const std::uint32_t> Buffers::row_u32_in(const char* name, std::size_t count,
                                                 RowValue value) {
  return row_words<const std::uint32_t>(name, Role::kInput, count, value);
}
RowSpan<std::uint32_t> Buffers::row_u32(const char* name, std::size_t count, RowValue value) {
  return row_words<std::uint32_t>(name, Role::kState, count, value);
}
RowSpan<float> Buffers::row_f32(const char* name, std::size_t count) {
  const RowTensor field = row_tensor(name, count, Dtype::kF32);
  return {static_cast<float*>(static_cast<void*>(field.base)), field.stride, field.lane_rows};
}
RowTensor Buffers::row_in(const char* name, std::size_t count, Dtype dtype) {
  Buffer& buffer = make(name, kind_of(dtype), Role::kInput, row_count_, count);
  return {buffer.row(0), buffer.stride, lane_table_, dtype};
}
RowTensor Buffers::row_tensor(const char* name, std::size_t count, Dtype dtype) {
  Buffer& buffer = make(name, kind_of(dtype), Role::kState, row_count_, count);
  return {buffer.row(0), buffer.stride, lane_table_, dtype};
}

std::vector<Buffers::Range> Buffers::ranges() const {
  std::vector<Range> all;
  for (const auto& buffer : buffers_) all.push_back({buffer->memory, buffer->bytes()});
  return all;
}

std::string Buffers::damage() const {
  for (const auto& owned : buffers_) {
    const Buffer& buffer = *owned;
    const std::size_t guard = buffer.stride - buffer.row_bytes();
    bool guards_hold = buffer.is_initial(buffer.memory, kAlignment);
    for (std::size_t row = 0; row < buffer.rows; ++row) {
      guards_hold &= buffer.is_initial(buffer.row(row) + buffer.row_bytes(), guard);
    }
    if (!guards_hold) return "a guard of " + buffer.name + " was written to";
    for (std::size_t row = 0; row < buffer.rows; ++row) {
      const bool is_input = buffer.role == Role::kInput;
      const bool may_change =
          !is_input && (buffer.rows == 1 || std::ranges::find(lane_rows_, row) != lane_rows_.end());
      if (may_change || buffer.is_initial(buffer.row(row), buffer.row_bytes())) continue;
      if (is_input) return "the input " + buffer.name + " was written to";
      return "row " + std::to_string(row) + " of " + buffer.name + " is no lane's, but changed";
    }
  }
  return "";
}

bool Buffers::touched() const {
  return std::ranges::any_of(buffers_, [](const auto& buffer) {
    return !buffer->is_initial(buffer->memory, buffer->bytes());
  });
}

std::string Buffers::bit_difference(const Buffers& other) const {
  for (std::size_t b = 0; b < buffers_.size(); ++b) {
    const Buffer& mine = *buffers_[b];
    const Buffer& theirs = *other.buffers_[b];
    if (mine.role == Role::kInput || mine.role == Role::kScratch) continue;
    for (std::size_t row = 0; row < mine.rows; ++row) {
      if (std::memcmp(mine.row(row), theirs.row(row), mine.row_bytes()) == 0) continue;
      for (std::size_t i = 0; i < mine.count; ++i) {
        const std::uint32_t a = mine.word_in(mine.at(row, i));
        const std::uint32_t c = theirs.word_in(theirs.at(row, i));
        const bool untouched = a == mine.word_in(mine.initial_at(row, i)) &&
                               c == theirs.word_in(theirs.initial_at(row, i));
        if (a != c && !untouched) return mine.element(row, i) + " differs in its bits";
      }
    }
  }
  return "";
}

std::string Buffers::difference(const Buffers& reference, Tolerance tolerance,
                                double& worst) const {
  if (tolerance.ulps == 0 && tolerance.relative == 0) return bit_difference(reference);
  for (std::size_t b = 0; b < buffers_.size(); ++b) {
    const Buffer& mine = *buffers_[b];
    const Buffer& theirs = *reference.buffers_[b];
    if (mine.role == Role::kInput || mine.role == Role::kScratch) continue;
    double largest = 0;
    for (std::size_t row = 0; row < mine.rows; ++row) {
      for (std::size_t i = 0; i < mine.count; ++i) {
        const double size = std::abs(theirs.value(row, i));
        if (size > largest) largest = size;  // false for NaN
      }
    }
    for (std::size_t row = 0; row < mine.rows; ++row) {
      for (std::size_t i = 0; i < mine.count; ++i) {
        if (mine.word_in(mine.at(row, i)) == theirs.word_in(theirs.at(row, i))) continue;
        const double expected = theirs.value(row, i);
        const double ulp = ulp_at(expected, mine.kind == Kind::kBf16 ? 8 : 24);
        const double allowed = mine.kind == Kind::kU32
                                   ? 0
                                   : std::max(tolerance.ulps * ulp, tolerance.relative * largest);
        const double off = std::abs(mine.value(row, i) - expected);
        if (!(off <= allowed)) {
          return mine.element(row, i) + " is " + std::to_string(mine.value(row, i)) + ", not " +
                 std::to_string(expected) + ": " + std::to_string(off / ulp) + " ulp off";
        }
        worst = std::max(worst, off / allowed);
      }
    }
  }
  return "";
}

}  // namespace voxfuse
