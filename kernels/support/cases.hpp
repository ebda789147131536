#pragma once

// What `<op>.cases.cpp` is written with; kernels/rms_norm/rms_norm.cases.cpp is the pattern to
// follow. A case says which Args and how near a twin must come to reference(). What else is asked
// of every case is the business of cuda-sidecar/tools/kernel_check.cpp: outputs begin as NaN
// patterns, guard zones stay whole, inputs stay as they were, runs repeat bit for bit with other
// patterns in the outputs and scratch, on every instruction set, on one thread and on two.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kernels/support/op.hpp"

namespace voxfuse {

/// Inputs of a run. Exact: multiples of 1/8 up to 1, whose sums are exact in any order, so that
/// results must be equal bit for bit. Numeric: normal, some sixteen times as large.
enum class Family { kExact, kNumeric };

/// How far an element may be from the reference's: `ulps` units in the last place of its dtype, or
/// `relative` times the largest magnitude in the buffer, whichever is more.
struct Tolerance {
  double ulps = 0;
  double relative = 0;

  static Tolerance exact() { return {}; }
  static Tolerance of_ulps(double ulps) { return {ulps, 0}; }
  static Tolerance of_largest(double relative) { return {0, relative}; }
};

/// The operands of one run, each in its own guarded, 256-byte aligned memory. Names seed the random
/// inputs: the same case builds the same inputs every time. Outputs and states are compared in the
/// order in which they were made; scratch is not.
class Buffers {
 public:
  /// `poison` chooses the pattern that outputs and scratch begin with.
  /// `act` is the dtype of operands that are made without one: activations.
  /// `drawn`, buffers of the same case, has its random operands already: they are copied.
  Buffers(Family family, std::string seed, std::uint32_t poison, Dtype act = Dtype::kF32,
          const Buffers* drawn = nullptr);
  ~Buffers();

  Family family() const { return family_; }

  ConstTensor input(const char* name, std::size_t count) { return input(name, count, act_); }
  ConstTensor input(const char* name, std::size_t count, Dtype dtype);
  Tensor output(const char* name, std::size_t count) { return output(name, count, act_); }
  Tensor output(const char* name, std::size_t count, Dtype dtype);
  Tensor state(const char* name, std::size_t count) { return state(name, count, act_); }
  Tensor state(const char* name, std::size_t count, Dtype dtype);  ///< Begins random.

  /// The matrix of a product; of i8 with a scale for each row.
  ConstTensor matrix(const char* name, std::size_t rows, std::size_t cols, Dtype dtype);

  const float* input_f32(const char* name, std::size_t count);
  const float* input_f32(const char* name, const std::vector<float>& values);
  float* output_f32(const char* name, std::size_t count);
  float* state_f32(const char* name, std::size_t count);

  const std::uint32_t* input_u32(const char* name, const std::vector<std::uint32_t>& values);
  std::uint32_t* state_u32(const char* name, const std::vector<std::uint32_t>& values);
  std::uint32_t* output_u32(const char* name, std::size_t count);
  std::uint32_t* scratch_u32(const char* name, std::size_t count);

  /// Fixes which row each lane works on; before any operand that lies in rows. Rows that no lane
  /// names must stay as they are, which is checked with the guards.
  const std::uint32_t* lanes(const std::vector<std::uint32_t>& lane_rows, std::uint32_t row_count);

  RowSpan<const RowState> row_state_in(const char* name, const std::vector<RowState>& rows);
  RowSpan<RowState> row_state(const char* name, const std::vector<RowState>& rows);
  /// Element i of a row's field is value(row, i).
  using RowValue = std::function<std::uint32_t(std::uint32_t row, std::uint32_t i)>;
  RowSpan<const std::uint32_t> row_u32_in(const char* name, std::size_t count, RowValue value);
  RowSpan<std::uint32_t> row_u32(const char* name, std::size_t count, RowValue value);  ///< State.
  RowSpan<float> row_f32(const char* name, std::size_t count);                          ///< State.
  RowTensor row_in(const char* name, std::size_t count) { return row_in(name, count, act_); }
  RowTensor row_in(const char* name, std::size_t count, Dtype dtype);
  RowTensor row_tensor(const char* name, std::size_t count) {
    return row_tensor(name, count, act_);
  }
  RowTensor row_tensor(const char* name, std::size_t count, Dtype dtype);  ///< State.

  /// The memory of each operand, guards included, in the order in which they were made.
  struct Range {
    std::byte* data;
    std::size_t bytes;
  };
  std::vector<Range> ranges() const;

  /// Empty, or a sentence on the first guard or input that was written to.
  std::string damage() const;
  /// Empty, or a sentence on the first output that differs in any bit; elements that neither run
  /// wrote are equal whatever they began with.
  std::string bit_difference(const Buffers& other) const;
  /// Empty, or a sentence on the first element out of tolerance; `worst` becomes the largest
  /// difference seen, as a fraction of what is allowed.
  std::string difference(const Buffers& reference, Tolerance tolerance, double& worst) const;
  /// Whether some output, state or scratch changed since it was made.
  bool touched() const;

 private:
  enum class Kind { kF32, kBf16, kU32, kI8 };
  enum class Role { kInput, kState, kOutput, kScratch };
  struct Buffer;

  Buffer& make(const char* name, Kind kind, Role role, std::size_t rows, std::size_t count);
  void fill_random(Buffer& buffer);
  void fill_with_poison(Buffer& buffer);
  template <class T>
  RowSpan<T> row_words(const char* name, Role role, std::size_t count, const RowValue& value);
  template <class T>
  RowSpan<T> row_states(const char* name, Role role, const std::vector<RowState>& rows);
  static Kind kind_of(Dtype dtype) {
    if (dtype == Dtype::kI8) return Kind::kI8;
    return dtype == Dtype::kBf16 ? Kind::kBf16 : Kind::kF32;
  }

  Family family_;
  Dtype act_;
  std::string seed_;
  std::uint32_t poison_;
  const Buffers* drawn_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::vector<std::uint32_t> lane_rows_;
  const std::uint32_t* lane_table_ = nullptr;  ///< lane_rows_ as an operand.
  std::uint32_t row_count_ = 1;
};

/// One case of an op, as `<op>.cases.cpp` writes it.
template <class Args>
struct OpCase {
  std::string name = {};                     ///< Its sizes: cases.label("rows", rows, …).
  std::function<Args(Buffers&)> build = {};  ///< The operands and parameters.
  Tolerance tolerance = {};                  ///< Of the numeric family, with a line on its reason.
  bool exact = false;                        ///< Run it in the exact family too.
  /// The case with bf16 activations too, and how near then: reference() and cuda() take them.
  std::optional<Tolerance> bf16 = {};
  bool host_only = false;   ///< cuda() does not take it.
  std::uint32_t parts = 0;  ///< Rows or lanes whose result must not depend on the others:
  std::function<Args(Args, std::uint32_t)> part = {};  ///< the Args cut down to the i-th of them.
  Status (*in_turn)(const Args&,
                    ThreadPool&) = nullptr;  ///< Of a fused op: must give cpu()'s bits.
  ErrorCode error = ErrorCode::kOk;          ///< What every twin must answer, with nothing written.
  std::uint64_t bytes = 0;                   ///< Moved at least, for the bench.
  std::uint64_t flops = 0;                   ///< Of the numeric work, for the bench.
};

/// How a prepared case is run.
struct Call {
  ThreadPool* pool = nullptr;   ///< cpu() when given,
  CudaContext* cuda = nullptr;  ///< cuda() when given, else reference().
  /// With cuda: moves the arguments' addresses from the buffers to their copies on the device.
  std::function<void(std::byte* args, std::size_t bytes)> relocate = {};
  bool by_parts = false;  ///< Each part by itself, in turn.
  bool in_turn = false;   ///< The ops that this one fuses, in turn.
};

/// The same with the op's types erased: what kernel_check lists and runs.
struct KernelCase {
  std::string op;
  std::string name;
  Family family = Family::kNumeric;
  Dtype act = Dtype::kF32;  ///< Of the activations.
  Tolerance tolerance;
  bool has_parts = false;
  bool is_fused = false;
  ErrorCode error = ErrorCode::kOk;
  bool host_only = false;
  std::uint64_t bytes = 0;
  std::uint64_t flops = 0;
  std::function<std::function<Status(const Call&)>(Buffers&)> prepare;
};

/// Collects the cases of one op.
template <class Args>
class OpCases {
 public:
  using Twin = Status (*)(const Args&);
  using PoolTwin = Status (*)(const Args&, ThreadPool&);
  using CudaTwin = Status (*)(const Args&, CudaContext&);

  OpCases(std::vector<KernelCase>& into, const char* op, Twin reference, PoolTwin cpu,
          CudaTwin cuda)
      : into_(into), op_(op), reference_(reference), cpu_(cpu), cuda_(cuda) {}

  void add(OpCase<Args> spec) {
    add_family(spec, Family::kNumeric, Dtype::kF32, spec.tolerance);
    if (spec.exact) add_family(spec, Family::kExact, Dtype::kF32, Tolerance::exact());
    if (spec.bf16) add_family(spec, Family::kNumeric, Dtype::kBf16, *spec.bf16);
  }

  /// "rows=2 width=8" from "rows", 2, "width", 8; a word may stand for a number.
  template <class Value, class... Rest>
  static std::string label(const char* key, const Value& value, const Rest&... rest) {
    std::string text = std::string(key) + "=";
    if constexpr (std::is_arithmetic_v<Value>) {
      text += std::to_string(value);
    } else {
      text += value;
    }
    if constexpr (sizeof...(rest) > 0) text += " " + label(rest...);
    return text;
  }

 private:
  void add_family(const OpCase<Args>& spec, Family family, Dtype act, Tolerance tolerance) {
    auto prepare = [spec, reference = reference_, cpu = cpu_, cuda = cuda_](Buffers& buffers) {
      return [=, args = spec.build(buffers)](const Call& call) -> Status {
        const auto run = [&](Args a) {
          if (call.pool) return cpu(a, *call.pool);
          if (!call.cuda) return reference(a);
          // Args are plain: addresses among numbers, which relocate() tells apart by their range.
          static_assert(std::is_trivially_copyable_v<Args>);
          call.relocate(reinterpret_cast<std::byte*>(&a), sizeof a);
          return cuda(a, *call.cuda);
        };
        if (call.in_turn) return spec.in_turn(args, *call.pool);
        if (!call.by_parts) return run(args);
        for (std::uint32_t i = 0; i < spec.parts; ++i) VOXFUSE_TRY(run(spec.part(args, i)));
        return {};
      };
    };
    into_.push_back({.op = op_,
                     .name = spec.name + (family == Family::kExact ? " exact" : "") +
                             (act == Dtype::kBf16 ? " bf16" : ""),
                     .family = family,
                     .act = act,
                     .tolerance = tolerance,
                     .has_parts = spec.parts > 0,
                     .is_fused = spec.in_turn != nullptr,
                     .error = spec.error,
                     .host_only = spec.host_only,
                     .bytes = spec.bytes,
                     .flops = spec.flops,
                     .prepare = prepare});
  }

  std::vector<KernelCase>& into_;
  const char* op_;
  Twin reference_;
  PoolTwin cpu_;
  CudaTwin cuda_;
};

/// For labels.
inline const char* dtype_name(Dtype dtype) {
  if (dtype == Dtype::kI8) return "i8";
  return dtype == Dtype::kBf16 ? "bf16" : "f32";
}

/// The tensor from element `first` on, for OpCase::part.
inline ConstTensor from_element(ConstTensor t, std::size_t first) {
  return {static_cast<const std::byte*>(t.data) + first * dtype_bytes(t.dtype), t.dtype};
}
inline Tensor from_element(Tensor t, std::size_t first) {
  return {static_cast<std::byte*>(t.data) + first * dtype_bytes(t.dtype), t.dtype};
}
/// A row operand whose lane 0 is lane `lane` of `span`.
template <class Span>
Span from_lane(Span span, std::uint32_t lane) {
  span.lane_rows += lane;
  return span;
}

}  // namespace voxfuse

#ifdef VOXFUSE_WITH_CUDA
#define VOXFUSE_CUDA_TWIN cuda
#else
#define VOXFUSE_CUDA_TWIN nullptr
#endif

/// Opens the function that adds an op's cases to `cases`; stands in the op's namespace.
#define KERNEL_CASES(op)                                               \
  static void add_cases(OpCases<Args>& cases);                         \
  void register_cases(std::vector<KernelCase>& into);                  \
  void register_cases(std::vector<KernelCase>& into) {                 \
    OpCases<Args> cases(into, #op, reference, cpu, VOXFUSE_CUDA_TWIN); \
    add_cases(cases);                                                  \
  }                                                                    \
  static void add_cases([[maybe_unused]] OpCases<Args>& cases)
