// Field by field, every record that a golden holds. `Printer` takes them off the golden's bytes.
#pragma once

#include "shared/gen/protocol.hpp"

#define FIELD(name) out.field(#name, record.name)

template <typename Printer>
voxfuse::ProgramHeader print_program_header(Printer& out) {
  const auto record = out.template take<voxfuse::ProgramHeader>();
  out.begin("ProgramHeader");
  FIELD(magic);
  FIELD(layout_hash);
  FIELD(program_bytes);
  FIELD(kind);
  FIELD(level);
  FIELD(lanes);
  FIELD(tokens);
  FIELD(pass);
  FIELD(buffer_count);
  FIELD(probe_count);
  FIELD(op_count);
  FIELD(op_words);
  FIELD(arena_units);
  FIELD(act_dtype);
  FIELD(layer_op_count);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::BufferEntry print_buffer_entry(Printer& out) {
  const auto record = out.template take<voxfuse::BufferEntry>();
  out.begin("BufferEntry");
  FIELD(region);
  FIELD(offset);
  FIELD(elements);
  FIELD(dtype);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::ProbeEntry print_probe_entry(Printer& out) {
  const auto record = out.template take<voxfuse::ProbeEntry>();
  out.begin("ProbeEntry");
  FIELD(kind);
  FIELD(index);
  FIELD(op);
  FIELD(buffer);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::SubmissionHeader print_submission_header(Printer& out) {
  const auto record = out.template take<voxfuse::SubmissionHeader>();
  out.begin("SubmissionHeader");
  FIELD(magic);
  FIELD(layout_hash);
  FIELD(submission_bytes);
  FIELD(record_count);
  FIELD(token);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::AdmitRecord print_admit_record(Printer& out) {
  const auto record = out.template take<voxfuse::AdmitRecord>();
  out.begin("AdmitRecord");
  FIELD(kind);
  FIELD(record_bytes);
  FIELD(row);
  FIELD(generation);
  FIELD(prompt_count);
  FIELD(text_count);
  FIELD(text_closed);
  FIELD(max_new_tokens);
  FIELD(min_new_tokens);
  FIELD(segment);
  FIELD(seed_lo);
  FIELD(seed_hi);
  FIELD(talker_do_sample);
  FIELD(talker_temperature);
  FIELD(talker_top_k);
  FIELD(talker_top_p);
  FIELD(talker_repetition_penalty);
  FIELD(predictor_do_sample);
  FIELD(predictor_temperature);
  FIELD(predictor_top_k);
  FIELD(predictor_top_p);
  FIELD(page_count);
  FIELD(voice_count);
  FIELD(reference_count);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::RunRecord print_run_record(Printer& out) {
  const auto record = out.template take<voxfuse::RunRecord>();
  out.begin("RunRecord");
  FIELD(kind);
  FIELD(record_bytes);
  FIELD(program_id);
  FIELD(repeat);
  FIELD(lane_class);
  FIELD(wait_frames);
  FIELD(lane_count);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::LaneEntry print_lane_entry(Printer& out) {
  const auto record = out.template take<voxfuse::LaneEntry>();
  out.begin("LaneEntry");
  FIELD(row);
  FIELD(generation);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::CompletionHeader print_completion_header(Printer& out) {
  const auto record = out.template take<voxfuse::CompletionHeader>();
  out.begin("CompletionHeader");
  FIELD(token);
  FIELD(status);
  FIELD(record_index);
  FIELD(op_index);
  FIELD(lane_count);
  FIELD(frames_run);
  FIELD(op_count);
  FIELD(decode_ns);
  FIELD(vocode_ns);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::LaneResult print_lane_result(Printer& out) {
  const auto record = out.template take<voxfuse::LaneResult>();
  out.begin("LaneResult");
  FIELD(row);
  FIELD(generation);
  FIELD(position);
  FIELD(prompt_done);
  FIELD(codes_count);
  FIELD(vocoded);
  FIELD(done);
  FIELD(finish_reason);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::RegionHeader print_region_header(Printer& out) {
  const auto record = out.template take<voxfuse::RegionHeader>();
  out.begin("RegionHeader");
  FIELD(magic);
  FIELD(layout_hash);
  FIELD(region_bytes);
  FIELD(submission_slots);
  FIELD(submission_slot_bytes);
  FIELD(completion_slots);
  FIELD(completion_slot_bytes);
  FIELD(output_rows);
  FIELD(output_stride);
  FIELD(groups);
  FIELD(frame_samples);
  FIELD(logits_max);
  FIELD(host_pid);
  FIELD(submission_offset);
  FIELD(completion_offset);
  FIELD(output_offset);
  FIELD(submission_tail);
  FIELD(submission_head);
  FIELD(completion_tail);
  FIELD(completion_head);
  FIELD(sidecar_asleep);
  FIELD(host_asleep);
  out.end();
  return record;
}

template <typename Printer>
voxfuse::EngineLayout print_engine_layout(Printer& out) {
  const auto record = out.template take<voxfuse::EngineLayout>();
  out.begin("EngineLayout");
  FIELD(rows);
  FIELD(row_units);
  FIELD(pages);
  FIELD(kv_units);
  FIELD(prompt_at);
  FIELD(text_at);
  FIELD(codes_at);
  FIELD(seen_at);
  FIELD(page_table_at);
  FIELD(hidden_at);
  FIELD(logits_at);
  FIELD(pcm_at);
  FIELD(state_at);
  FIELD(prompt_max);
  FIELD(text_max);
  FIELD(frames_max);
  FIELD(pages_max);
  FIELD(groups);
  FIELD(frame_samples);
  FIELD(vocode_frames_max);
  FIELD(logits_max);
  FIELD(seen_words);
  FIELD(text_vocab);
  FIELD(codec_vocab);
  FIELD(codebook_size);
  FIELD(hidden);
  FIELD(voice_at);
  FIELD(reference_at);
  FIELD(reference_max);
  out.end();
  return record;
}

#undef FIELD
