#include "cuda-sidecar/src/engine/row_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace voxfuse {

namespace {

constexpr std::uint32_t kTopPAll = 1u << 20;

/// A field of RowState that the host side wrote.
RowChange field_of(std::uint32_t row, std::size_t at) {
  return {.row = row, .at = at, .bytes = sizeof(std::uint32_t)};
}

/// `count` words from word `first` of the field at `at_units`.
RowChange words_of(std::uint32_t row, std::uint32_t at_units, std::uint64_t first,
                   std::uint64_t count) {
  return {.row = row, .at = std::uint64_t{at_units} * kAlignment + 4 * first, .bytes = 4 * count};
}

using Words = std::span<const std::uint32_t>;

Status check_sampling(const AdmitRecord& record) {
  const auto positive = [](float value) { return std::isfinite(value) && value > 0; };
  VOXFUSE_REQUIRE(record.talker_do_sample <= 1 && record.predictor_do_sample <= 1, kBadSampling);
  VOXFUSE_REQUIRE(positive(record.talker_temperature), kBadSampling);
  VOXFUSE_REQUIRE(positive(record.predictor_temperature), kBadSampling);
  VOXFUSE_REQUIRE(positive(record.talker_repetition_penalty), kBadSampling);
  VOXFUSE_REQUIRE(record.talker_top_p >= 1 && record.talker_top_p <= kTopPAll, kBadSampling);
  VOXFUSE_REQUIRE(record.predictor_top_p >= 1 && record.predictor_top_p <= kTopPAll, kBadSampling);
  return {};
}

/// Every entry has text, a codec id or an extra row that the request brings along.
Status check_prompt(Words prompt, const AdmitRecord& record, const EngineLayout& layout) {
  for (std::size_t i = 0; i < prompt.size(); i += kPromptEntryWords) {
    const std::uint32_t text = prompt[i];
    const std::uint32_t codec = prompt[i + 1];
    const std::uint32_t extra = prompt[i + 2];
    VOXFUSE_REQUIRE(text != kAbsent || codec != kAbsent || extra != kAbsent, kBadIndex);
    VOXFUSE_REQUIRE(text == kAbsent || text < layout.text_vocab, kBadIndex);
    VOXFUSE_REQUIRE(codec == kAbsent || codec < layout.codec_vocab, kBadIndex);
    if (extra == kAbsent) continue;
    VOXFUSE_REQUIRE(extra != 0 || record.voice_count != 0, kBadIndex);
    VOXFUSE_REQUIRE(extra <= record.reference_count, kBadIndex);
  }
  return {};
}

Status check_below(Words ids, std::uint32_t limit) {
  for (const std::uint32_t id : ids) VOXFUSE_REQUIRE(id < limit, kBadIndex);
  return {};
}

}  // namespace

RowTable::RowTable(const EngineLayout& layout, Memory& memory)
    : memory_(memory), slots_(layout.rows), page_taken_(layout.pages) {
  // The scratch page belongs to the scratch row for good.
  page_taken_[scratch_page(layout)] = true;
}

Status RowTable::check(std::uint32_t row, std::uint32_t generation) const {
  VOXFUSE_REQUIRE(row < scratch_row(memory_.layout()), kBadRow);
  VOXFUSE_REQUIRE(slots_[row].generation != 0, kBadRow);
  VOXFUSE_REQUIRE(slots_[row].generation == generation, kBadGeneration);
  return {};
}

Status RowTable::check_pages(Words pages) const {
  for (std::size_t i = 0; i < pages.size(); ++i) {
    VOXFUSE_REQUIRE(pages[i] < memory_.layout().pages && !page_taken_[pages[i]], kBadPage);
    VOXFUSE_REQUIRE(std::ranges::find(pages.first(i), pages[i]) ==
                        pages.begin() + static_cast<std::ptrdiff_t>(i),
                    kBadPage);
  }
  return {};
}

Status RowTable::check_admit(const AdmitRecord& record, Words payload) const {
  const EngineLayout& layout = memory_.layout();
  VOXFUSE_REQUIRE(record.row < scratch_row(layout), kBadRow);
  const RowSlot& slot = slots_[record.row];
  VOXFUSE_REQUIRE(slot.generation == 0, kBadRow);
  VOXFUSE_REQUIRE(record.generation != 0 && record.generation != slot.last_generation,
                  kBadGeneration);
  VOXFUSE_REQUIRE(record.prompt_count <= layout.prompt_max, kBadLimit);
  VOXFUSE_REQUIRE(record.text_count <= layout.text_max, kBadLimit);
  VOXFUSE_REQUIRE(record.page_count <= layout.pages_max, kBadLimit);
  VOXFUSE_REQUIRE(record.voice_count == 0 || record.voice_count == layout.hidden, kBadLimit);
  VOXFUSE_REQUIRE(record.voice_count == 0 || layout.reference_max != 0, kBadLimit);
  VOXFUSE_REQUIRE(record.reference_count <= layout.reference_max, kBadLimit);
  VOXFUSE_REQUIRE(record.text_closed <= 1, kBadRecord);
  VOXFUSE_REQUIRE(record.max_new_tokens >= 1 && record.max_new_tokens <= layout.frames_max + 1,
                  kBadLimit);
  VOXFUSE_TRY(check_sampling(record));

  const std::size_t prompt_words = std::size_t{record.prompt_count} * kPromptEntryWords;
  const std::size_t recorded = std::size_t{record.reference_count} * layout.groups;
  VOXFUSE_REQUIRE(payload.size() == prompt_words + record.text_count + record.page_count +
                                        record.voice_count + recorded,
                  kBadRecord);
  VOXFUSE_TRY(check_prompt(payload.first(prompt_words), record, layout));
  VOXFUSE_TRY(check_below(payload.subspan(prompt_words, record.text_count), layout.text_vocab));
  VOXFUSE_TRY(check_below(payload.last(recorded), layout.codebook_size));
  return check_pages(payload.subspan(prompt_words + record.text_count, record.page_count));
}

void RowTable::fill_state(const AdmitRecord& record) {
  RowState& state = memory_.state(record.row);
  state = {};
  state.generation = record.generation;
  state.prompt_count = record.prompt_count;
  state.text_count = record.text_count;
  state.text_closed = record.text_closed;
  state.max_new_tokens = record.max_new_tokens;
  state.min_new_tokens = record.min_new_tokens;
  state.segment = record.segment;
  state.seed_lo = record.seed_lo;
  state.seed_hi = record.seed_hi;
  state.talker_do_sample = record.talker_do_sample;
  state.talker_temperature = record.talker_temperature;
  state.talker_top_k = record.talker_top_k;
  state.talker_top_p = record.talker_top_p;
  state.talker_repetition_penalty = record.talker_repetition_penalty;
  state.predictor_do_sample = record.predictor_do_sample;
  state.predictor_temperature = record.predictor_temperature;
  state.predictor_top_k = record.predictor_top_k;
  state.predictor_top_p = record.predictor_top_p;
  state.reference_count = record.reference_count;
}

Status RowTable::admit(const AdmitRecord& record, Words payload) {
  VOXFUSE_TRY(check_admit(record, payload));
  const EngineLayout& layout = memory_.layout();
  const std::uint32_t row = record.row;
  fill_state(record);
  std::ranges::fill(memory_.words(row, layout.seen_at, layout.seen_words), 0);
  std::ranges::fill(memory_.words(row, layout.page_table_at, layout.pages_max),
                    scratch_page(layout));
  const std::size_t state_at = std::size_t{layout.state_at} * kAlignment;
  std::memset(memory_.row(row) + state_at, 0, row_bytes(layout) - state_at);
  memory_.changed({.row = row, .at = 0, .bytes = sizeof(RowState)});
  memory_.changed(words_of(row, layout.seen_at, 0, layout.seen_words));
  memory_.changed(words_of(row, layout.page_table_at, 0, layout.pages_max));
  memory_.changed(
      {.row = row, .at = state_at, .bytes = row_bytes(layout) - state_at, .zeros = true});

  const std::size_t prompt_words = std::size_t{record.prompt_count} * kPromptEntryWords;
  std::ranges::copy(payload.first(prompt_words),
                    memory_.words(row, layout.prompt_at, prompt_words).begin());
  std::ranges::copy(payload.subspan(prompt_words, record.text_count),
                    memory_.words(row, layout.text_at, record.text_count).begin());
  memory_.changed(words_of(row, layout.prompt_at, 0, prompt_words));
  memory_.changed(words_of(row, layout.text_at, 0, record.text_count));
  slots_[row] = {};
  slots_[row].generation = record.generation;
  slots_[row].last_generation = record.generation;
  fill_voice(record, payload.subspan(prompt_words + record.text_count + record.page_count));
  add_pages(row, payload.subspan(prompt_words + record.text_count, record.page_count));
  ++used_;
  return {};
}

// The voice's vector, then the codes of its recording.
void RowTable::fill_voice(const AdmitRecord& record, Words words) {
  const EngineLayout& layout = memory_.layout();
  const std::size_t recorded = std::size_t{record.reference_count} * layout.groups;
  std::ranges::copy(words.first(record.voice_count),
                    memory_.words(record.row, layout.voice_at, record.voice_count).begin());
  std::ranges::copy(words.last(recorded),
                    memory_.words(record.row, layout.reference_at, recorded).begin());
  memory_.changed(words_of(record.row, layout.voice_at, 0, record.voice_count));
  memory_.changed(words_of(record.row, layout.reference_at, 0, recorded));
}

void RowTable::add_pages(std::uint32_t row, Words pages) {
  RowState& state = memory_.state(row);
  const auto table = memory_.words(row, memory_.layout().page_table_at, memory_.layout().pages_max);
  std::ranges::copy(pages, table.subspan(state.page_count).begin());
  memory_.changed(words_of(row, memory_.layout().page_table_at, state.page_count, pages.size()));
  state.page_count += static_cast<std::uint32_t>(pages.size());
  memory_.changed(field_of(row, offsetof(RowState, page_count)));
  for (const std::uint32_t page : pages) page_taken_[page] = true;
  slots_[row].pages.insert(slots_[row].pages.end(), pages.begin(), pages.end());
}

Status RowTable::check_extend(const ExtendRecord& record, Words payload) const {
  const EngineLayout& layout = memory_.layout();
  VOXFUSE_REQUIRE(record.reserved == 0, kBadRecord);
  VOXFUSE_REQUIRE(record.text_closed <= 1 && record.publish <= 1, kBadRecord);
  VOXFUSE_TRY(check(record.row, record.generation));
  VOXFUSE_REQUIRE(!slots_[record.row].releasing, kBadRow);
  const RowState& state = memory_.state(record.row);
  // Counts in the row are within these limits, so no subtraction wraps.
  VOXFUSE_REQUIRE(record.page_count <= layout.pages_max - state.page_count, kBadLimit);
  VOXFUSE_REQUIRE(record.text_count <= layout.text_max - state.text_count, kBadLimit);
  VOXFUSE_REQUIRE(record.text_count == 0 || state.text_closed == 0, kBadLimit);
  VOXFUSE_REQUIRE(record.codes_given >= state.codes_given, kBadLimit);
  VOXFUSE_REQUIRE(record.codes_given <= layout.frames_max, kBadLimit);
  const std::uint64_t codes = std::uint64_t{layout.frames_max} * layout.groups;
  VOXFUSE_REQUIRE(std::uint64_t{record.code_first} + record.code_count <= codes, kBadLimit);

  VOXFUSE_REQUIRE(
      payload.size() == std::uint64_t{record.page_count} + record.text_count + record.code_count,
      kBadRecord);
  VOXFUSE_TRY(check_pages(payload.first(record.page_count)));
  VOXFUSE_TRY(
      check_below(payload.subspan(record.page_count, record.text_count), layout.text_vocab));
  return check_below(payload.last(record.code_count), layout.codebook_size);
}

Status RowTable::extend(const ExtendRecord& record, Words payload) {
  VOXFUSE_TRY(check_extend(record, payload));
  const EngineLayout& layout = memory_.layout();
  RowState& state = memory_.state(record.row);
  add_pages(record.row, payload.first(record.page_count));
  const auto text = memory_.words(record.row, layout.text_at, layout.text_max);
  std::ranges::copy(payload.subspan(record.page_count, record.text_count),
                    text.subspan(state.text_count).begin());
  memory_.changed(words_of(record.row, layout.text_at, state.text_count, record.text_count));
  state.text_count += record.text_count;
  state.text_closed |= record.text_closed;
  memory_.changed(field_of(record.row, offsetof(RowState, text_count)));
  memory_.changed(field_of(record.row, offsetof(RowState, text_closed)));

  const std::size_t codes_max = std::size_t{layout.frames_max} * layout.groups;
  const auto codes = memory_.words(record.row, layout.codes_at, codes_max);
  std::ranges::copy(payload.last(record.code_count), codes.subspan(record.code_first).begin());
  memory_.changed(words_of(record.row, layout.codes_at, record.code_first, record.code_count));
  mark_seen(record, payload.last(record.code_count));
  state.codes_given = record.codes_given;
  memory_.changed(field_of(record.row, offsetof(RowState, codes_given)));
  if (record.publish == 1) {
    state.codes_count = std::max(state.codes_count, record.codes_given);
    memory_.changed(field_of(record.row, offsetof(RowState, codes_count)));
  }
  return {};
}

// What pick would have noted, so that the repetition penalty knows given codes like picked ones.
void RowTable::mark_seen(const ExtendRecord& record, Words given) {
  const EngineLayout& layout = memory_.layout();
  const auto seen = memory_.words(record.row, layout.seen_at, layout.seen_words);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::uint32_t code = given[i];
    const bool is_first_group = (record.code_first + i) % layout.groups == 0;
    if (is_first_group && code / 32 < layout.seen_words) seen[code / 32] |= 1u << (code % 32);
  }
  if (!given.empty()) memory_.changed(words_of(record.row, layout.seen_at, 0, layout.seen_words));
}

Status RowTable::cancel(const RowRecord& record) {
  VOXFUSE_TRY(check(record.row, record.generation));
  slots_[record.row].cancelled = true;
  RowState& state = memory_.state(record.row);
  if (state.done == 0) {
    state.done = 1;
    state.finish_reason = static_cast<std::uint32_t>(FinishReason::kCancelled);
    memory_.changed(field_of(record.row, offsetof(RowState, done)));
    memory_.changed(field_of(record.row, offsetof(RowState, finish_reason)));
  }
  return {};
}

void RowTable::release(std::uint32_t row) {
  RowSlot& slot = slots_[row];
  for (const std::uint32_t page : slot.pages) page_taken_[page] = false;
  const std::uint32_t last_generation = slot.last_generation;
  slot = {};
  slot.last_generation = last_generation;
  memory_.state(row).generation = 0;
  memory_.changed(field_of(row, offsetof(RowState, generation)));
  --used_;
}

LaneResult RowTable::result(std::uint32_t row) const {
  const RowState& state = memory_.state(row);
  return {.row = row,
          .generation = state.generation,
          .position = state.position,
          .prompt_done = state.prompt_done,
          .codes_count = state.codes_count,
          .vocoded = state.vocoded,
          .done = state.done,
          .finish_reason = state.finish_reason};
}

}  // namespace voxfuse
