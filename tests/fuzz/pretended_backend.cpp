#include "tests/fuzz/pretended_backend.hpp"

#include <algorithm>

#include "tests/fuzz/recorded.hpp"

namespace voxfuse {

void PretendedBackend::begin(const Repeat& repeat) {
  under_way_.push_back({.lane_class = repeat.lane_class,
                        .kind = static_cast<ProgramKind>(repeat.program->header.kind),
                        .tokens = repeat.program->header.tokens,
                        .rows = memory_->lane_rows(repeat.lane_class)});
}

bool PretendedBackend::ended(LaneClass lane_class, RepeatResult& result) {
  const auto oldest = std::ranges::find(under_way_, lane_class, &UnderWay::lane_class);
  if (oldest == under_way_.end()) return false;
  for (const std::uint32_t row : oldest->rows) {
    if (row != scratch_row(memory_->layout())) move_on(*oldest, row);
  }
  under_way_.erase(oldest);
  result = {};
  result.launches = 1;
  return true;
}

/// As the *_begin and *_end ops of each kind do, for a row that they find live.
void PretendedBackend::move_on(const UnderWay& repeat, std::uint32_t row) const {
  require(row < memory_->layout().rows, "a lane's row is one");
  RowState& state = memory_->state(row);
  const bool prefilled = state.prompt_count != 0 && state.prompt_done == state.prompt_count;
  switch (repeat.kind) {
    case ProgramKind::kPrefill: {
      if (state.done != 0) return;
      const std::uint32_t count = std::min(repeat.tokens, state.prompt_count - state.prompt_done);
      state.prompt_done += count;
      state.position += count;
      break;
    }
    case ProgramKind::kDecode:
      if (state.done != 0 || !prefilled) return;
      if (state.frame >= state.text_count && state.text_closed == 0) return;
      if (state.frame + 1 >= state.max_new_tokens) {
        state.done = 1;
        state.finish_reason = static_cast<std::uint32_t>(FinishReason::kLength);
        return;
      }
      ++state.position;
      state.codes_count = std::max(state.codes_count, ++state.frame);
      break;
    case ProgramKind::kForced:
      if (!prefilled || state.frame >= state.codes_given) return;
      ++state.position;
      state.codes_count = std::max(state.codes_count, ++state.frame);
      break;
    case ProgramKind::kVocode:
      state.vocoded += std::min(repeat.tokens, state.codes_count - state.vocoded);
      break;
    case ProgramKind::kPrime:
      state.reference_done += std::min(repeat.tokens, state.reference_count - state.reference_done);
      break;
    case ProgramKind::kHead:
    case ProgramKind::kPredictor:
    case ProgramKind::kTalker:
    case ProgramKind::kEncodeSpeaker:
    case ProgramKind::kEncodeCodes:
      return;
  }
  require_pages(row);
  require(state.codes_count <= memory_->layout().frames_max, "a row holds its frames");
}

void PretendedBackend::require_pages(std::uint32_t row) const {
  const EngineLayout& layout = memory_->layout();
  const RowState& state = memory_->state(row);
  require(state.position <= std::uint64_t{state.page_count} * kPagePositions,
          "every position has a page");
  require(state.page_count <= layout.pages_max, "a row's pages fit its table");
  for (const std::uint32_t page : memory_->words(row, layout.page_table_at, state.page_count)) {
    require(page < scratch_page(layout), "a page of a row is one");
  }
}

}  // namespace voxfuse
