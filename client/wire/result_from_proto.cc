#include "client/wire/result_from_proto.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/alignment.pb.h"
#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/result.pb.h"
#include "client/wire/enum_from_proto.h"
#include "core/align/read_off_uncertainty.h"
#include "core/align/result_arrays.h"
#include "core/result/array.h"

namespace brainalign {
namespace {

static_assert(v1::DATA_TYPE_F64 == static_cast<int>(DType::kF64));
static_assert(v1::DATA_TYPE_I64 == static_cast<int>(DType::kI64));

// Those that a policy may withhold from results on a sealed recording.
constexpr std::array kWithheld = {"score_per_fold", "alpha_counts", "training_sizes",
                                  "purged_words", "constant_sensors"};

template <typename To, typename Repeated>
std::vector<To> VectorOf(const Repeated& repeated) {
  return std::vector<To>(repeated.begin(), repeated.end());
}

absl::Status Malformed(const std::string& what) {
  return absl::InternalError(absl::StrCat("The server sent a wrong result: ", what, "."));
}

FitWords ReadFitWords(const std::string& field, v1::FitWords words, EnumReader& reader) {
  return reader.Read(
      field, words, FitWords::kTraining,
      {{v1::FIT_WORDS_ALL, FitWords::kAll}, {v1::FIT_WORDS_TRAINING, FitWords::kTraining}});
}

Precision ReadPrecision(const std::string& field, v1::Precision precision, EnumReader& reader) {
  return reader.Read(field, precision, Precision::kExact,
                     {{v1::PRECISION_EXACT, Precision::kExact},
                      {v1::PRECISION_FAST, Precision::kFast},
                      {v1::PRECISION_DOUBLE, Precision::kDouble}});
}

// In a result every option is resolved, but for what its server is too old to know.
AlignmentSpec FromProto(const v1::AlignmentOptions& options, EnumReader& reader) {
  AlignmentSpec spec;
  spec.preset =
      reader.Read("preset", options.preset(), Preset::kStrict,
                  {{v1::PRESET_PAPER, Preset::kPaper}, {v1::PRESET_STRICT, Preset::kStrict}});
  spec.direction = reader.Read("direction", options.direction(), Direction::kBrainToModel,
                               {{v1::DIRECTION_BRAIN_TO_MODEL, Direction::kBrainToModel},
                                {v1::DIRECTION_MODEL_TO_BRAIN, Direction::kModelToBrain}});
  spec.metric = reader.Read("metric", options.metric(), Metric::kPearson,
                            {{v1::METRIC_PEARSON, Metric::kPearson},
                             {v1::METRIC_COSINE, Metric::kCosine},
                             {v1::METRIC_R2, Metric::kR2},
                             {v1::METRIC_CCA, Metric::kCca},
                             {v1::METRIC_CKA, Metric::kCka},
                             {v1::METRIC_CKA_DEBIASED, Metric::kCkaDebiased},
                             {v1::METRIC_RSA, Metric::kRsa}});
  spec.folds = options.folds();
  spec.fold_by = reader.Read("fold_by", options.fold_by(), FoldBy::kContiguous,
                             {{v1::FOLD_BY_CONTIGUOUS, FoldBy::kContiguous},
                              {v1::FOLD_BY_GROUP, FoldBy::kGroup},
                              {v1::FOLD_BY_SHUFFLED, FoldBy::kShuffled}});
  spec.purge_seconds = options.purge_seconds();
  spec.alphas = VectorOf<double>(options.alphas());
  spec.selection = Selection::kFixed;
  // Metrics of two matrices have none.
  if (!IsSimilarity(spec.metric)) {
    spec.selection = reader.Read("selection", options.selection(), Selection::kBlocked,
                                 {{v1::SELECTION_FIXED, Selection::kFixed},
                                  {v1::SELECTION_LOO, Selection::kLoo},
                                  {v1::SELECTION_GCV, Selection::kGcv},
                                  {v1::SELECTION_BLOCKED, Selection::kBlocked}});
  }
  spec.inner_folds = options.inner_folds();
  spec.shared_alpha = options.shared_alpha();
  spec.pca = options.pca();
  spec.zscore_words = ReadFitWords("zscore_words", options.zscore_words(), reader);
  spec.pca_words = ReadFitWords("pca_words", options.pca_words(), reader);
  spec.window_bounds_seconds = VectorOf<double>(options.window_bounds_seconds());
  spec.precision = ReadPrecision("precision", options.precision(), reader);
  spec.cca_components = options.cca_components();
  spec.cca_rho = options.cca_rho();
  spec.where = options.where();
  const std::vector<std::string> arrays = VectorOf<std::string>(options.arrays());
  spec.column_scores = std::any_of(arrays.begin(), arrays.end(), [](const std::string& name) {
    return name == "per_target" || name == "per_sensor";
  });
  spec.time_generalisation = options.time_generalisation();
  spec.delays = VectorOf<int>(options.delays());
  spec.uncertainty.nulls = options.nulls();
  spec.uncertainty.null_by =
      reader.Read("null_by", options.null_by(), NullBy::kShift,
                  {{v1::NULL_BY_SHIFT, NullBy::kShift}, {v1::NULL_BY_SWAP, NullBy::kSwap}});
  spec.uncertainty.draws = options.draws();
  spec.uncertainty.seed = options.seed();
  if (options.has_detrend()) spec.uncertainty.detrend = options.detrend();
  if (options.has_block_words()) spec.uncertainty.block_words = options.block_words();
  if (options.has_min_shift_words()) spec.uncertainty.min_shift_words = options.min_shift_words();
  return spec;
}

// Sets the facts that are no arrays. The spec of `result` must be set.
void ReadFacts(const v1::UncertaintyFacts& proto, AlignmentResult& result) {
  UncertaintyFacts& facts = result.uncertainty_facts;
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
  facts.null_by = result.spec.uncertainty.null_by;
  facts.draws = result.spec.uncertainty.draws;
  facts.seed = result.spec.uncertainty.seed;
  facts.detrended = result.spec.uncertainty.detrend.has_value();
}

Axis AxisFromProto(const v1::Axis& proto) {
  return {proto.name(), proto.size(), VectorOf<double>(proto.values()),
          VectorOf<std::string>(proto.labels())};
}

const v1::Axis* FindAxis(const google::protobuf::RepeatedPtrField<v1::Axis>& axes,
                         const std::string& name) {
  const auto found = std::find_if(axes.begin(), axes.end(),
                                  [&](const v1::Axis& axis) { return axis.name() == name; });
  return found == axes.end() ? nullptr : &*found;
}

// Axes of a result, each as long as its values and labels are.
absl::StatusOr<std::vector<Axis>> CheckedAxes(const v1::AlignmentResult& proto) {
  std::vector<Axis> axes;
  for (const v1::Axis& one : proto.axes()) {
    const bool fits = one.size() >= 0 && one.size() <= std::numeric_limits<int>::max() &&
                      (one.values_size() == 0 || one.values_size() == one.size()) &&
                      (one.labels_size() == 0 || one.labels_size() == one.size());
    if (!fits) {
      return Malformed(absl::StrCat("axis ", one.name(), " of ", one.size(), " has ",
                                    one.values_size(), " values and ", one.labels_size(),
                                    " labels"));
    }
    axes.push_back(AxisFromProto(one));
  }
  for (const char* name : {"layer", "time"}) {
    const v1::Axis* const axis = FindAxis(proto.axes(), name);
    if (axis == nullptr || axis->values_size() != axis->size()) {
      return Malformed(absl::StrCat("axis ", name, " is missing or has no values"));
    }
  }
  if (FindAxis(proto.axes(), "layer")->labels_size() != FindAxis(proto.axes(), "layer")->size()) {
    return Malformed("axis layer has no labels");
  }
  return axes;
}

// The elements of an array, which must be what this client knows under that name.
absl::StatusOr<std::vector<double>> ElementsOf(const v1::ResultArray& proto, const ArraySpec& spec,
                                               const std::vector<Axis>& axes) {
  const bool has_axes = std::all_of(
      spec.axes.begin(), spec.axes.end(),
      [&](const std::string& axis) { return brainalign::FindAxis(axes, axis) != nullptr; });
  if (!has_axes || VectorOf<std::string>(proto.axes()) != spec.axes ||
      VectorOf<std::int64_t>(proto.shape()) != ShapeOf(spec, axes) ||
      static_cast<int>(proto.data_type()) != static_cast<int>(spec.dtype)) {
    return Malformed(absl::StrCat("array ", spec.name, " has other axes, shape or type"));
  }
  const std::int64_t count = ElementCount(ShapeOf(spec, axes));
  const auto bytes = static_cast<std::int64_t>(proto.data().size());
  const auto element_bytes = static_cast<std::int64_t>(DTypeSize(spec.dtype));
  if (count < 0 || bytes % element_bytes != 0 || bytes / element_bytes != count) {
    return Malformed(absl::StrCat("array ", spec.name, " has ", bytes, " bytes where ", count,
                                  " elements of ", element_bytes, " bytes belong"));
  }
  absl::StatusOr<std::vector<double>> values = FromBytes(proto.data(), spec.dtype);
  if (!values.ok()) return Malformed(std::string(values.status().message()));
  return values;
}

// Sets the arrays of `result`. Its spec must be set.
absl::Status ReadArrays(const v1::AlignmentResult& proto, AlignmentResult& result) {
  const absl::StatusOr<std::vector<Axis>> axes = CheckedAxes(proto);
  if (!axes.ok()) return axes.status();
  const Axis& layer = *brainalign::FindAxis(*axes, "layer");
  result.depth = layer.values;
  result.layer_names = layer.labels;
  result.times_seconds = brainalign::FindAxis(*axes, "time")->values;
  if (const Axis* nuisance = brainalign::FindAxis(*axes, "nuisance")) {
    result.spec.nuisance = nuisance->labels;
  }
  result.layers = static_cast<int>(result.depth.size());
  result.times = static_cast<int>(result.times_seconds.size());
  if (const Axis* window = brainalign::FindAxis(*axes, "window");
      window != nullptr && window->values != result.spec.window_bounds_seconds) {
    return Malformed("axis window is not that of the options");
  }
  if (const Axis* alpha = brainalign::FindAxis(*axes, "alpha");
      alpha != nullptr && alpha->values != result.spec.alphas) {
    return Malformed("axis alpha is not that of the options");
  }
  for (const ResultArrayRow& row : ResultArrays()) {
    const auto array =
        std::find_if(proto.arrays().begin(), proto.arrays().end(),
                     [&](const v1::ResultArray& one) { return one.name() == row.spec.name; });
    if (array == proto.arrays().end()) {
      const bool may_lack = row.is_optional || std::find(kWithheld.begin(), kWithheld.end(),
                                                         row.spec.name) != kWithheld.end();
      if (may_lack) continue;
      return Malformed(absl::StrCat("array ", row.spec.name, " is missing"));
    }
    const absl::StatusOr<std::vector<double>> values = ElementsOf(*array, row.spec, *axes);
    if (!values.ok()) return values.status();
    if (!row.set(*values, result)) {
      return Malformed(absl::StrCat("array ", row.spec.name, " has an element that is too large"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsKnownArray(const std::string& name) {
  return std::any_of(ResultArrays().begin(), ResultArrays().end(),
                     [&](const ResultArrayRow& row) { return row.spec.name == name; });
}

MatrixAxes AxesFromProto(const v1::StreamedArrays& proto) {
  MatrixAxes axes;
  if (const v1::Axis* layer = FindAxis(proto.axes(), "layer")) {
    axes.layer_names = VectorOf<std::string>(layer->labels());
    axes.depth = VectorOf<double>(layer->values());
  }
  if (const v1::Axis* time = FindAxis(proto.axes(), "time")) {
    axes.times_seconds = VectorOf<double>(time->values());
  }
  return axes;
}

absl::StatusOr<TileScores> TileFromProto(const v1::ResultTile& proto) {
  std::vector<ArrayBox> boxes;
  for (const ArraySpec& spec : TileArrays()) {
    for (const v1::ArrayBox& box : proto.boxes()) {
      if (box.array() != spec.name) continue;
      absl::StatusOr<std::vector<double>> values = FromBytes(box.data(), spec.dtype);
      if (!values.ok()) return Malformed(std::string(values.status().message()));
      boxes.push_back({box.array(), VectorOf<std::int64_t>(box.begin()),
                       VectorOf<std::int64_t>(box.count()), *std::move(values)});
    }
  }
  absl::StatusOr<TileScores> tile = TileOfBoxes(proto.tile(), boxes);
  if (!tile.ok()) return Malformed(std::string(tile.status().message()));
  tile->constant_targets = proto.constant_targets();
  return tile;
}

absl::StatusOr<JobResult> ResultFromProto(const v1::AlignmentResult& proto) {
  EnumReader reader;
  JobResult result;
  AlignmentResult& alignment = result.alignment;
  alignment.spec = FromProto(proto.options(), reader);
  alignment.spec.bf16_kernel = proto.bf16_kernel();
  alignment.spec.in_double =
      ReadPrecision("precision_used", proto.precision_used(), reader) == Precision::kDouble;
  absl::Status status = reader.status();
  ReadFacts(proto.uncertainty(), alignment);
  if (status.ok()) status = ReadArrays(proto, alignment);
  if (!status.ok()) return status;
  result.job_id = proto.job_id();
  result.from_cache = proto.from_cache();
  result.compute_seconds = proto.compute_seconds();
  constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  MatrixReadout& readout = alignment.readout;
  readout.temporal_score = proto.has_temporal_score() ? proto.temporal_score() : kUndefined;
  readout.temporal_score_p = proto.has_temporal_score_p() ? proto.temporal_score_p() : kUndefined;
  readout.alignment_score_mean_of_layer_maxima = proto.alignment_score_mean_of_layer_maxima();
  readout.alignment_score_best_layer = proto.alignment_score_best_layer();
  alignment.constant_targets = proto.constant_targets();
  InputReport& report = alignment.input;
  report.words_given = proto.words_given();
  report.words_used = proto.words_used();
  report.unselected_words =
      proto.word_selection().words_before() - proto.word_selection().words_after();
  report.words_without_value = proto.word_selection().words_without_value();
  report.dropped_words = proto.dropped_words();
  report.backward_onset_steps = proto.backward_onset_steps();
  alignment.notes = VectorOf<std::string>(proto.notes());
  const v1::SelfCheck& check = proto.self_check();
  alignment.self_check = {.cells = check.cells(),
                          .largest_difference = check.has_largest_difference()
                                                    ? check.largest_difference()
                                                    : kUndefined,
                          .fell_back = check.fell_back()};
  alignment.numerics_version = proto.numerics_version();
  ReadOffUncertainty(alignment);
  return result;
}

}  // namespace brainalign
