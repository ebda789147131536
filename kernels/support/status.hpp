#pragma once

#include "shared/gen/protocol.hpp"

namespace voxfuse {

/// What a kernel, a check or a load answers: success, or one of the protocol's error codes with a
/// sentence that is a literal, so that a Status can be passed about without allocating.
class [[nodiscard]] Status {
 public:
  [[gnu::always_inline]] constexpr Status() {}
  [[gnu::always_inline]] constexpr Status(ErrorCode code, const char* what)
      : code_(code), what_(what) {}

  [[gnu::always_inline]] constexpr bool ok() const { return code_ == ErrorCode::kOk; }
  [[gnu::always_inline]] constexpr ErrorCode code() const { return code_; }
  /// Which rule was broken, in words; empty on success.
  [[gnu::always_inline]] constexpr const char* what() const { return what_; }

 private:
  ErrorCode code_ = ErrorCode::kOk;
  const char* what_ = "";
};

/// Returns `status` to the caller unless it is a success.
#define VOXFUSE_TRY(expression)                                    \
  do {                                                             \
    if (::voxfuse::Status status_ = (expression); !status_.ok()) { \
      return status_;                                              \
    }                                                              \
  } while (false)

/// Returns an error from a `check()` when a limit of the contract does not hold.
#define VOXFUSE_REQUIRE(condition, error)                                \
  do {                                                                   \
    if (!(condition)) {                                                  \
      return ::voxfuse::Status(::voxfuse::ErrorCode::error, #condition); \
    }                                                                    \
  } while (false)

}  // namespace voxfuse
