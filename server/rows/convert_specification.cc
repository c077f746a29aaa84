#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/problem/nuisance.h"
#include "core/problem/requested_arrays.h"
#include "server/rows/convert.h"
#include "server/rows/digest.h"

namespace brainalign {
namespace {

using Problems = std::vector<FieldProblem>;

// Reads an enum whose value 0 means "left out" and whose others follow ours in
// order, `last` being the last one.
template <typename Ours, typename Theirs>
std::optional<Ours> EnumFromProto(Theirs value, Ours last, const std::string& field,
                                  Problems& problems) {
  const int number = static_cast<int>(value);
  if (number == 0) return std::nullopt;
  if (number < 0 || number > static_cast<int>(last) + 1) {
    problems.push_back({field, absl::StrCat("is ", number, "; this server knows 0 to ",
                                            static_cast<int>(last) + 1)});
    return std::nullopt;
  }
  return static_cast<Ours>(number - 1);
}

template <typename Theirs, typename Ours>
Theirs EnumToProto(Ours value) {
  return static_cast<Theirs>(static_cast<int>(value) + 1);
}

template <typename Theirs, typename Ours>
Theirs EnumToProto(const std::optional<Ours>& value) {
  return value ? EnumToProto<Theirs>(*value) : static_cast<Theirs>(0);
}

UncertaintyOptions UncertaintyFromProto(const v1::AlignmentOptions& proto, const std::string& field,
                                        Problems& problems) {
  UncertaintyOptions options;
  options.nulls = proto.nulls();
  options.null_by = EnumFromProto(proto.null_by(), NullBy::kSwap, field + ".null_by", problems)
                        .value_or(NullBy::kShift);
  options.draws = proto.draws();
  options.seed = proto.seed();
  if (proto.has_detrend()) options.detrend = proto.detrend();
  if (proto.has_block_words()) options.block_words = proto.block_words();
  if (proto.has_min_shift_words()) options.min_shift_words = proto.min_shift_words();
  return options;
}

void ToProto(const UncertaintyOptions& options, v1::AlignmentOptions& proto) {
  proto.set_nulls(options.nulls);
  // Shifts stay unset: requests from before there was a choice keep their digest.
  if (options.null_by != NullBy::kShift) {
    proto.set_null_by(EnumToProto<v1::NullBy>(options.null_by));
  }
  proto.set_draws(options.draws);
  proto.set_seed(options.seed);
  if (options.detrend) proto.set_detrend(*options.detrend);
  if (options.block_words) proto.set_block_words(*options.block_words);
  if (options.min_shift_words) proto.set_min_shift_words(*options.min_shift_words);
}

static_assert(v1::NULL_BY_SWAP == static_cast<int>(NullBy::kSwap) + 1);
static_assert(v1::PRESET_STRICT == static_cast<int>(Preset::kStrict) + 1);
static_assert(v1::DIRECTION_MODEL_TO_BRAIN == static_cast<int>(Direction::kModelToBrain) + 1);
static_assert(v1::METRIC_RSA == static_cast<int>(Metric::kRsa) + 1);
static_assert(v1::FOLD_BY_SHUFFLED == static_cast<int>(FoldBy::kShuffled) + 1);
static_assert(v1::SELECTION_BLOCKED == static_cast<int>(Selection::kBlocked) + 1);
static_assert(v1::FIT_WORDS_TRAINING == static_cast<int>(FitWords::kTraining) + 1);
static_assert(v1::PRECISION_DOUBLE == static_cast<int>(Precision::kDouble) + 1);
static_assert(v1::DATA_TYPE_I64 == static_cast<int>(DType::kI64));
static_assert(v1::ORDER_FORTRAN == static_cast<int>(Order::kFortran));

}  // namespace

TensorRef TensorRefFromProto(const v1::TensorRef& proto, const std::string& field,
                             Problems& problems) {
  TensorRef ref;
  ref.digest = proto.digest();
  if (!IsDigest(ref.digest)) {
    problems.push_back({field + ".digest", DescribeBadDigest(ref.digest)});
  }
  const int data_type = static_cast<int>(proto.spec().data_type());
  if (data_type < static_cast<int>(DType::kF16) || data_type > static_cast<int>(DType::kI64)) {
    problems.push_back({field + ".spec.data_type",
                        absl::StrCat("is ", data_type, "; values are 1 (F16) to 7 (I64)")});
  } else {
    ref.spec.dtype = static_cast<DType>(data_type);
  }
  const int order = static_cast<int>(proto.spec().order());
  if (order < 0 || order > static_cast<int>(Order::kFortran)) {
    problems.push_back({field + ".spec.order", absl::StrCat("is ", order, "; values are 0 to 2")});
  } else {
    ref.spec.order = order == 0 ? Order::kC : static_cast<Order>(order);
  }
  ref.spec.shape = ToVector<std::int64_t>(proto.spec().shape());
  constexpr std::size_t kMostAxes = 8;
  if (ref.spec.shape.size() > kMostAxes) {
    problems.push_back({field + ".spec.shape",
                        absl::StrCat("has ", ref.spec.shape.size(), " axes; at most ", kMostAxes)});
  } else if (auto size = SizeInBytes(ref.spec); !size.ok()) {
    problems.push_back({field + ".spec.shape", std::string(size.status().message())});
  }
  return ref;
}

AlignmentOptions OptionsFromProto(const v1::AlignmentOptions& proto, const std::string& field,
                                  Problems& problems) {
  AlignmentOptions options;
  options.preset = EnumFromProto(proto.preset(), Preset::kStrict, field + ".preset", problems)
                       .value_or(Preset::kStrict);
  options.direction =
      EnumFromProto(proto.direction(), Direction::kModelToBrain, field + ".direction", problems)
          .value_or(Direction::kBrainToModel);
  options.metric = EnumFromProto(proto.metric(), Metric::kRsa, field + ".metric", problems)
                       .value_or(Metric::kPearson);
  if (proto.has_folds()) options.folds = proto.folds();
  options.fold_by = EnumFromProto(proto.fold_by(), FoldBy::kShuffled, field + ".fold_by", problems);
  if (proto.has_purge_seconds()) options.purge_seconds = proto.purge_seconds();
  options.alphas = ToVector<double>(proto.alphas());
  options.selection =
      EnumFromProto(proto.selection(), Selection::kBlocked, field + ".selection", problems);
  if (proto.has_inner_folds()) options.inner_folds = proto.inner_folds();
  options.shared_alpha = proto.shared_alpha();
  options.pca = proto.pca();
  options.zscore_words =
      EnumFromProto(proto.zscore_words(), FitWords::kTraining, field + ".zscore_words", problems);
  options.pca_words =
      EnumFromProto(proto.pca_words(), FitWords::kTraining, field + ".pca_words", problems);
  options.window_bounds_seconds = ToVector<double>(proto.window_bounds_seconds());
  options.precision =
      EnumFromProto(proto.precision(), Precision::kDouble, field + ".precision", problems)
          .value_or(Precision::kExact);
  if (proto.has_cca_components()) options.cca_components = proto.cca_components();
  if (proto.has_cca_rho()) options.cca_rho = proto.cca_rho();
  options.where = proto.where();
  options.arrays = ToVector<std::string>(proto.arrays());
  options.uncertainty = UncertaintyFromProto(proto, field, problems);
  options.time_generalisation = proto.time_generalisation();
  options.delays = ToVector<int>(proto.delays());
  return options;
}

std::string DigestFromProto(const std::string& digest, const std::string& field,
                            Problems& problems) {
  if (!digest.empty() && !IsDigest(digest)) problems.push_back({field, DescribeBadDigest(digest)});
  return digest;
}

LayerRef LayerFromProto(const v1::LayerInput& proto, const std::string& field, Problems& problems) {
  LayerRef layer;
  layer.activations = TensorRefFromProto(proto.activations(), field + ".activations", problems);
  layer.slice = proto.slice();
  layer.relative_depth = proto.relative_depth();
  layer.name = proto.name();
  return layer;
}

BrainRef BrainFromProto(const v1::BrainInput& brain, const std::string& field, Problems& problems) {
  BrainRef ref;
  if (brain.has_epochs() == brain.has_continuous()) {
    problems.push_back({field, brain.has_epochs()
                                   ? "has both epochs and continuous; give one of them"
                                   : "has neither epochs nor continuous; give one of them"});
  }
  const auto read = [&](bool is_given, const v1::TensorRef& tensor, const std::string& name) {
    if (!is_given) return std::optional<TensorRef>();
    return std::optional(TensorRefFromProto(tensor, field + "." + name, problems));
  };
  ref.epochs = read(brain.has_epochs(), brain.epochs(), "epochs");
  ref.continuous = read(brain.has_continuous(), brain.continuous(), "continuous");
  if (brain.has_sfreq_hz()) ref.sfreq_hz = brain.sfreq_hz();
  ref.onsets_seconds = read(brain.has_onsets_seconds(), brain.onsets_seconds(), "onsets_seconds");
  ref.times_seconds = ToVector<double>(brain.times_seconds());
  ref.groups = read(brain.has_groups(), brain.groups(), "groups");
  ref.sessions = read(brain.has_sessions(), brain.sessions(), "sessions");
  ref.session_starts = read(brain.has_session_starts(), brain.session_starts(), "session_starts");
  ref.word_table_digest =
      DigestFromProto(brain.word_table_digest(), field + ".word_table_digest", problems);
  return ref;
}

namespace {

void NuisanceFromProto(const v1::Nuisance& proto, const std::string& field,
                       JobSpecification& specification, Problems& problems) {
  if (proto.columns_size() > 0) {
    problems.push_back({field + ".columns",
                        "is set, and this server does not read columns by name; leave it out and "
                        "send their values as features"});
  }
  if (!proto.has_features()) {
    problems.push_back({field + ".features", "is not set; give (words, columns) of numbers"});
    return;
  }
  specification.nuisance = TensorRefFromProto(proto.features(), field + ".features", problems);
  const std::vector<std::int64_t>& shape = specification.nuisance->spec.shape;
  if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1 || shape[1] > kMaxNuisanceColumns) {
    problems.push_back(
        {field + ".features.spec.shape", absl::StrCat("is ", Describe(specification.nuisance->spec),
                                                      "; it must be (words, columns) with 1 to ",
                                                      kMaxNuisanceColumns, " columns")});
    return;
  }
  specification.options.nuisance = proto.feature_names_size() == 0
                                       ? NuisanceNames({}, shape[1])
                                       : ToVector<std::string>(proto.feature_names());
  if (std::ssize(specification.options.nuisance) != shape[1]) {
    problems.push_back(
        {field + ".feature_names", absl::StrCat("has ", specification.options.nuisance.size(),
                                                " names for ", shape[1], " features")});
  }
}

}  // namespace

JobSpecification SpecificationFromProto(const v1::AlignmentSpec& proto, const std::string& field,
                                        Problems& problems) {
  JobSpecification specification;
  const std::string brain_field = field + ".brain";
  if (proto.brain().recording().empty()) {
    specification.brain = BrainFromProto(proto.brain(), brain_field, problems);
  } else if (proto.brain().has_epochs() || proto.brain().has_continuous()) {
    problems.push_back({brain_field, "names a recording together with tensors; give one of them"});
  } else {
    specification.recording = proto.brain().recording();
  }
  specification.model = proto.model();
  if (!proto.model().empty() && (proto.layers_size() > 0 || !proto.word_table_digest().empty())) {
    problems.push_back(
        {field + ".model",
         "names a model together with layers or a word table; give only the model, or layers"});
  }
  specification.word_table_digest =
      DigestFromProto(proto.word_table_digest(), field + ".word_table_digest", problems);
  specification.layers.reserve(static_cast<std::size_t>(proto.layers_size()));
  for (int i = 0; i < proto.layers_size(); ++i) {
    specification.layers.push_back(
        LayerFromProto(proto.layers(i), absl::StrCat(field, ".layers[", i, "]"), problems));
  }
  specification.options = OptionsFromProto(proto.options(), field + ".options", problems);
  if (proto.has_nuisance()) {
    NuisanceFromProto(proto.nuisance(), field + ".nuisance", specification, problems);
  }
  return specification;
}

v1::TensorRef ToProto(const TensorRef& ref) {
  v1::TensorRef proto;
  proto.set_digest(ref.digest);
  proto.mutable_spec()->set_data_type(static_cast<v1::DataType>(ref.spec.dtype));
  proto.mutable_spec()->mutable_shape()->Assign(ref.spec.shape.begin(), ref.spec.shape.end());
  proto.mutable_spec()->set_order(static_cast<v1::Order>(ref.spec.order));
  return proto;
}

v1::AlignmentOptions ToProto(const AlignmentOptions& options) {
  v1::AlignmentOptions proto;
  proto.set_preset(EnumToProto<v1::Preset>(options.preset));
  proto.set_direction(EnumToProto<v1::Direction>(options.direction));
  proto.set_metric(EnumToProto<v1::Metric>(options.metric));
  proto.set_folds(options.folds);
  proto.set_fold_by(EnumToProto<v1::FoldBy>(options.fold_by));
  if (options.purge_seconds) proto.set_purge_seconds(*options.purge_seconds);
  proto.mutable_alphas()->Assign(options.alphas.begin(), options.alphas.end());
  proto.set_selection(EnumToProto<v1::Selection>(options.selection));
  proto.set_inner_folds(options.inner_folds);
  proto.set_shared_alpha(options.shared_alpha);
  proto.set_pca(options.pca);
  proto.set_zscore_words(EnumToProto<v1::FitWords>(options.zscore_words));
  proto.set_pca_words(EnumToProto<v1::FitWords>(options.pca_words));
  proto.mutable_window_bounds_seconds()->Assign(options.window_bounds_seconds.begin(),
                                                options.window_bounds_seconds.end());
  // Exact stays unset: requests from before there was a choice keep their digest.
  if (options.precision != Precision::kExact) {
    proto.set_precision(EnumToProto<v1::Precision>(options.precision));
  }
  if (options.cca_components) proto.set_cca_components(*options.cca_components);
  if (options.cca_rho) proto.set_cca_rho(*options.cca_rho);
  proto.set_where(options.where);
  proto.mutable_arrays()->Assign(options.arrays.begin(), options.arrays.end());
  proto.set_time_generalisation(options.time_generalisation);
  proto.mutable_delays()->Assign(options.delays.begin(), options.delays.end());
  ToProto(options.uncertainty, proto);
  return proto;
}

v1::AlignmentOptions ToProto(const AlignmentSpec& spec) {
  AlignmentOptions options;
  options.preset = spec.preset;
  options.direction = spec.direction;
  options.metric = spec.metric;
  options.folds = spec.folds;
  options.fold_by = spec.fold_by;
  options.purge_seconds = spec.purge_seconds;
  options.alphas = spec.alphas;
  // Metrics of two matrices choose no penalty. A request that names a choice for them is refused.
  if (!IsSimilarity(spec.metric)) options.selection = spec.selection;
  options.inner_folds = spec.inner_folds;
  options.shared_alpha = spec.shared_alpha;
  options.pca = spec.pca;
  options.zscore_words = spec.zscore_words;
  options.pca_words = spec.pca_words;
  options.window_bounds_seconds = spec.window_bounds_seconds;
  options.where = spec.where;
  options.arrays = RequestedArrays(spec);
  options.time_generalisation = spec.time_generalisation;
  options.delays = spec.delays;
  options.uncertainty = spec.uncertainty;
  if (spec.metric == Metric::kCca) {
    options.cca_components = spec.cca_components;
    options.cca_rho = spec.cca_rho;
  }
  v1::AlignmentOptions proto = ToProto(options);
  proto.set_precision(EnumToProto<v1::Precision>(spec.precision));
  proto.set_null_by(EnumToProto<v1::NullBy>(spec.uncertainty.null_by));
  return proto;
}

v1::LayerInput ToProto(const LayerRef& layer) {
  v1::LayerInput proto;
  *proto.mutable_activations() = ToProto(layer.activations);
  proto.set_slice(layer.slice);
  proto.set_relative_depth(layer.relative_depth);
  proto.set_name(layer.name);
  return proto;
}

v1::BrainInput ToProto(const BrainRef& brain) {
  v1::BrainInput brain_proto;
  if (brain.epochs) *brain_proto.mutable_epochs() = ToProto(*brain.epochs);
  if (brain.continuous) *brain_proto.mutable_continuous() = ToProto(*brain.continuous);
  // Requests to older servers could give a rate of epochs, which is refused now.
  if (brain.sfreq_hz && !brain.epochs) brain_proto.set_sfreq_hz(*brain.sfreq_hz);
  if (brain.onsets_seconds) *brain_proto.mutable_onsets_seconds() = ToProto(*brain.onsets_seconds);
  brain_proto.mutable_times_seconds()->Assign(brain.times_seconds.begin(),
                                              brain.times_seconds.end());
  if (brain.groups) *brain_proto.mutable_groups() = ToProto(*brain.groups);
  if (brain.sessions) *brain_proto.mutable_sessions() = ToProto(*brain.sessions);
  if (brain.session_starts) *brain_proto.mutable_session_starts() = ToProto(*brain.session_starts);
  brain_proto.set_word_table_digest(brain.word_table_digest);
  return brain_proto;
}

v1::AlignmentSpec ToProto(const JobSpecification& specification) {
  v1::AlignmentSpec proto;
  if (specification.recording.empty()) {
    *proto.mutable_brain() = ToProto(specification.brain);
  } else {
    proto.mutable_brain()->set_recording(specification.recording);
  }
  for (const LayerRef& layer : specification.layers) *proto.add_layers() = ToProto(layer);
  proto.set_model(specification.model);
  proto.set_word_table_digest(specification.word_table_digest);
  *proto.mutable_options() = ToProto(specification.options);
  if (specification.nuisance) {
    *proto.mutable_nuisance()->mutable_features() = ToProto(*specification.nuisance);
    proto.mutable_nuisance()->mutable_feature_names()->Assign(
        specification.options.nuisance.begin(), specification.options.nuisance.end());
  }
  return proto;
}

}  // namespace brainalign
