#include "server/rows/stored_result.h"

#include <algorithm>

#include "core/align/result_arrays.h"
#include "server/rows/convert.h"
#include "server/rows/record.pb.h"

namespace brainalign {
namespace {

// Rows of ResultArrays that `result` has and that are stored, in their order.
std::vector<const ResultArrayRow*> StoredRows(const AlignmentResult& result,
                                              const std::vector<Axis>& axes) {
  std::vector<const ResultArrayRow*> rows;
  for (const ResultArrayRow& row : ResultArrays()) {
    if (row.is_read_off) continue;
    const auto count = static_cast<std::int64_t>(row.values(result).size());
    if (row.is_optional && count == 0) continue;
    if (count == ElementCount(ShapeOf(row.spec, axes))) rows.push_back(&row);
  }
  return rows;
}

std::int64_t PieceCount(const v1::ResultArray& array, std::int64_t piece_bytes) {
  return (SizeInBytes(array) + piece_bytes - 1) / piece_bytes;
}

}  // namespace

std::string EncodeResultRecord(const AlignmentResult& result, double compute_seconds) {
  record::ResultRecord record;
  record.set_piece_bytes(kPieceBytes);
  v1::AlignmentResult& proto = *record.mutable_result();
  const std::vector<Axis> axes = AxesOf(result);
  for (const Axis& axis : axes) {
    v1::Axis& axis_proto = *proto.add_axes() = ToProto(axis);
    if (axis.name != "layer") continue;
    axis_proto.clear_labels();
    axis_proto.clear_values();
  }
  for (const ResultArrayRow* row : StoredRows(result, axes)) {
    *proto.add_arrays() = ToProto(row->spec, axes);
  }
  *proto.mutable_options() = ToProto(result.spec);
  proto.set_words_given(result.input.words_given);
  proto.set_words_used(result.input.words_used);
  proto.set_dropped_words(result.input.dropped_words);
  proto.set_backward_onset_steps(result.input.backward_onset_steps);
  proto.set_constant_targets(result.constant_targets);
  proto.mutable_notes()->Assign(result.input.notes.begin(), result.input.notes.end());
  proto.set_numerics_version(result.numerics_version);
  proto.set_compute_seconds(compute_seconds);
  proto.set_precision_used(
      static_cast<v1::Precision>(static_cast<int>(result.spec.precision_used()) + 1));
  proto.set_bf16_kernel(result.spec.bf16_kernel);
  v1::SelfCheck& check = *proto.mutable_self_check();
  check.set_cells(result.self_check.cells);
  check.set_largest_difference(result.self_check.largest_difference);
  check.set_fell_back(result.self_check.fell_back);
  if (!result.spec.where.empty()) {
    v1::WordSelection& selection = *proto.mutable_word_selection();
    selection.set_words_before(result.input.words_given);
    selection.set_words_after(result.input.words_given - result.input.unselected_words);
    selection.set_words_without_value(result.input.words_without_value);
  }
  *proto.mutable_uncertainty() = ToProto(result.uncertainty_facts);
  return record.SerializeAsString();
}

void EncodePieces(const AlignmentResult& result,
                  const std::function<void(PieceName name, std::string bytes)>& put) {
  int array = 0;
  for (const ResultArrayRow* row : StoredRows(result, AxesOf(result))) {
    const std::string bytes = ToBytes(row->values(result), row->spec.dtype);
    constexpr auto kStep = static_cast<std::size_t>(kPieceBytes);
    for (std::size_t at = 0; at < bytes.size(); at += kStep) {
      put({array, static_cast<std::int64_t>(at / kStep)}, bytes.substr(at, kStep));
    }
    ++array;
  }
}

std::optional<std::vector<PieceName>> PiecesOf(const std::string& record) {
  record::ResultRecord proto;
  if (!proto.ParseFromString(record) || proto.piece_bytes() <= 0) return std::nullopt;
  std::vector<PieceName> pieces;
  for (int array = 0; array < proto.result().arrays_size(); ++array) {
    const std::int64_t count = PieceCount(proto.result().arrays(array), proto.piece_bytes());
    for (std::int64_t piece = 0; piece < count; ++piece) pieces.push_back({array, piece});
  }
  return pieces;
}

}  // namespace brainalign
