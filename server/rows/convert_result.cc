#include <algorithm>
#include <utility>

#include "core/align/result_arrays.h"
#include "core/result/array.h"
#include "server/rows/convert.h"

namespace brainalign {

static_assert(v1::DATA_TYPE_F64 == static_cast<int>(DType::kF64));
static_assert(v1::DATA_TYPE_I64 == static_cast<int>(DType::kI64));

v1::UncertaintyFacts ToProto(const UncertaintyFacts& facts) {
  v1::UncertaintyFacts proto;
  proto.set_nulls(facts.nulls);
  proto.set_nulls_asked(facts.nulls_asked);
  proto.set_min_shift_words(facts.min_shift_words);
  proto.set_block_words(facts.block_words);
  proto.set_words_in_short_sessions(facts.words_in_short_sessions);
  proto.set_short_sessions(facts.short_sessions);
  if (facts.brain_drift) proto.set_brain_drift(*facts.brain_drift);
  if (facts.model_drift) proto.set_model_drift(*facts.model_drift);
  proto.set_words_fingerprint(facts.words_fingerprint);
  proto.set_words_left_out(facts.words_left_out);
  return proto;
}

UncertaintyFacts UncertaintyFactsFromProto(const v1::UncertaintyFacts& proto) {
  UncertaintyFacts facts;
  facts.nulls = proto.nulls();
  facts.nulls_asked = proto.nulls_asked();
  facts.min_shift_words = proto.min_shift_words();
  facts.block_words = proto.block_words();
  facts.words_in_short_sessions = proto.words_in_short_sessions();
  facts.short_sessions = proto.short_sessions();
  if (proto.has_brain_drift()) facts.brain_drift = proto.brain_drift();
  if (proto.has_model_drift()) facts.model_drift = proto.model_drift();
  facts.words_fingerprint = proto.words_fingerprint();
  facts.words_left_out = proto.words_left_out();
  return facts;
}

v1::Axis ToProto(const Axis& axis) {
  v1::Axis proto;
  proto.set_name(axis.name);
  proto.set_size(axis.size);
  proto.mutable_values()->Assign(axis.values.begin(), axis.values.end());
  proto.mutable_labels()->Assign(axis.labels.begin(), axis.labels.end());
  return proto;
}

Axis AxisFromProto(const v1::Axis& proto) {
  return {proto.name(), proto.size(), ToVector<double>(proto.values()),
          ToVector<std::string>(proto.labels())};
}

v1::ResultArray ToProto(const ArraySpec& spec, const std::vector<Axis>& axes) {
  v1::ResultArray proto;
  proto.set_name(spec.name);
  proto.mutable_axes()->Assign(spec.axes.begin(), spec.axes.end());
  proto.set_data_type(static_cast<v1::DataType>(spec.dtype));
  const std::vector<std::int64_t> shape = ShapeOf(spec, axes);
  proto.mutable_shape()->Assign(shape.begin(), shape.end());
  proto.set_boxes_add(spec.boxes_add);
  return proto;
}

std::int64_t SizeInBytes(const v1::ResultArray& array) {
  const std::int64_t count = ElementCount(ToVector<std::int64_t>(array.shape()));
  return count * static_cast<std::int64_t>(DTypeSize(static_cast<DType>(array.data_type())));
}

v1::ResultTile ToProto(const TileScores& tile) {
  v1::ResultTile proto;
  proto.set_tile(tile.index);
  const std::vector<ArraySpec> specs = TileArrays();
  for (const ArrayBox& box : BoxesOf(tile)) {
    const auto spec = std::find_if(specs.begin(), specs.end(),
                                   [&](const ArraySpec& one) { return one.name == box.array; });
    v1::ArrayBox& sent = *proto.add_boxes();
    sent.set_array(box.array);
    sent.mutable_begin()->Assign(box.begin.begin(), box.begin.end());
    sent.mutable_count()->Assign(box.count.begin(), box.count.end());
    sent.set_data(ToBytes(box.values, spec->dtype));
  }
  proto.set_constant_targets(tile.constant_targets);
  return proto;
}

absl::StatusOr<TileScores> TileFromProto(const v1::ResultTile& proto) {
  std::vector<ArrayBox> boxes;
  for (const ArraySpec& spec : TileArrays()) {
    for (const v1::ArrayBox& box : proto.boxes()) {
      if (box.array() != spec.name) continue;
      absl::StatusOr<std::vector<double>> values = FromBytes(box.data(), spec.dtype);
      if (!values.ok()) return values.status();
      boxes.push_back({box.array(), ToVector<std::int64_t>(box.begin()),
                       ToVector<std::int64_t>(box.count()), *std::move(values)});
    }
  }
  absl::StatusOr<TileScores> tile = TileOfBoxes(proto.tile(), boxes);
  if (tile.ok()) tile->constant_targets = proto.constant_targets();
  return tile;
}

}  // namespace brainalign
