#include "client/wire/spec_to_proto.h"

#include "brainalign/v1/alignment.pb.h"
#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/tensor.pb.h"

namespace brainalign {
namespace {

v1::DataType ToProto(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return v1::DATA_TYPE_F16;
    case DType::kBF16:
      return v1::DATA_TYPE_BF16;
    case DType::kF32:
      return v1::DATA_TYPE_F32;
    case DType::kF64:
      return v1::DATA_TYPE_F64;
    case DType::kI16:
      return v1::DATA_TYPE_I16;
    case DType::kI32:
      return v1::DATA_TYPE_I32;
    case DType::kI64:
      return v1::DATA_TYPE_I64;
  }
  return v1::DATA_TYPE_UNSPECIFIED;
}

v1::Metric ToProto(Metric metric) {
  switch (metric) {
    case Metric::kPearson:
      return v1::METRIC_PEARSON;
    case Metric::kCosine:
      return v1::METRIC_COSINE;
    case Metric::kR2:
      return v1::METRIC_R2;
    case Metric::kCca:
      return v1::METRIC_CCA;
    case Metric::kCka:
      return v1::METRIC_CKA;
    case Metric::kCkaDebiased:
      return v1::METRIC_CKA_DEBIASED;
    case Metric::kRsa:
      return v1::METRIC_RSA;
  }
  return v1::METRIC_UNSPECIFIED;
}

v1::FoldBy ToProto(FoldBy fold_by) {
  switch (fold_by) {
    case FoldBy::kContiguous:
      return v1::FOLD_BY_CONTIGUOUS;
    case FoldBy::kGroup:
      return v1::FOLD_BY_GROUP;
    case FoldBy::kShuffled:
      return v1::FOLD_BY_SHUFFLED;
  }
  return v1::FOLD_BY_UNSPECIFIED;
}

v1::Selection ToProto(Selection selection) {
  switch (selection) {
    case Selection::kFixed:
      return v1::SELECTION_FIXED;
    case Selection::kLoo:
      return v1::SELECTION_LOO;
    case Selection::kGcv:
      return v1::SELECTION_GCV;
    case Selection::kBlocked:
      return v1::SELECTION_BLOCKED;
  }
  return v1::SELECTION_UNSPECIFIED;
}

v1::JobPriority ToProto(JobPriority priority) {
  switch (priority) {
    case JobPriority::kLow:
      return v1::JOB_PRIORITY_LOW;
    case JobPriority::kNormal:
      return v1::JOB_PRIORITY_NORMAL;
    case JobPriority::kHigh:
      return v1::JOB_PRIORITY_HIGH;
  }
  return v1::JOB_PRIORITY_UNSPECIFIED;
}

v1::Precision ToProto(Precision precision) {
  switch (precision) {
    case Precision::kExact:
      return v1::PRECISION_EXACT;
    case Precision::kFast:
      return v1::PRECISION_FAST;
    case Precision::kDouble:
      return v1::PRECISION_DOUBLE;
  }
  return v1::PRECISION_UNSPECIFIED;
}

v1::FitWords ToProto(FitWords words) {
  return words == FitWords::kAll ? v1::FIT_WORDS_ALL : v1::FIT_WORDS_TRAINING;
}

template <typename Values, typename Repeated>
void Append(const Values& values, Repeated* repeated) {
  repeated->Add(values.begin(), values.end());
}

}  // namespace

v1::TensorSpec ToProto(const TensorSpec& spec) {
  v1::TensorSpec proto;
  proto.set_data_type(ToProto(spec.dtype));
  Append(spec.shape, proto.mutable_shape());
  proto.set_order(spec.order == Order::kFortran ? v1::ORDER_FORTRAN : v1::ORDER_C);
  return proto;
}

v1::AlignmentOptions ToProto(const AlignmentOptions& options) {
  v1::AlignmentOptions proto;
  proto.set_preset(options.preset == Preset::kPaper ? v1::PRESET_PAPER : v1::PRESET_STRICT);
  proto.set_direction(options.direction == Direction::kModelToBrain ? v1::DIRECTION_MODEL_TO_BRAIN
                                                                    : v1::DIRECTION_BRAIN_TO_MODEL);
  proto.set_metric(ToProto(options.metric));
  proto.set_folds(options.folds);
  if (options.fold_by.has_value()) {
    proto.set_fold_by(ToProto(*options.fold_by));
  }
  if (options.purge_seconds.has_value()) proto.set_purge_seconds(*options.purge_seconds);
  Append(options.alphas, proto.mutable_alphas());
  if (options.selection.has_value()) proto.set_selection(ToProto(*options.selection));
  proto.set_inner_folds(options.inner_folds);
  proto.set_shared_alpha(options.shared_alpha);
  proto.set_pca(options.pca);
  if (options.zscore_words.has_value()) proto.set_zscore_words(ToProto(*options.zscore_words));
  if (options.pca_words.has_value()) proto.set_pca_words(ToProto(*options.pca_words));
  Append(options.window_bounds_seconds, proto.mutable_window_bounds_seconds());
  proto.set_precision(ToProto(options.precision));
  if (options.cca_components.has_value()) proto.set_cca_components(*options.cca_components);
  if (options.cca_rho.has_value()) proto.set_cca_rho(*options.cca_rho);
  proto.set_where(options.where);
  Append(options.arrays, proto.mutable_arrays());
  proto.set_time_generalisation(options.time_generalisation);
  Append(options.delays, proto.mutable_delays());
  const UncertaintyOptions& uncertainty = options.uncertainty;
  proto.set_nulls(uncertainty.nulls);
  // Shifts are what a server without the choice makes.
  if (uncertainty.swaps_sessions()) proto.set_null_by(v1::NULL_BY_SWAP);
  proto.set_draws(uncertainty.draws);
  proto.set_seed(uncertainty.seed);
  if (uncertainty.detrend.has_value()) proto.set_detrend(*uncertainty.detrend);
  if (uncertainty.block_words.has_value()) proto.set_block_words(*uncertainty.block_words);
  if (uncertainty.min_shift_words.has_value()) {
    proto.set_min_shift_words(*uncertainty.min_shift_words);
  }
  return proto;
}

v1::TensorRef ToProto(const StoredTensor& tensor) {
  v1::TensorRef ref;
  ref.set_digest(tensor.digest);
  *ref.mutable_spec() = ToProto(tensor.spec);
  return ref;
}

v1::LayerInput ToProto(const RequestedLayer& layer) {
  v1::LayerInput proto;
  *proto.mutable_activations() = ToProto(layer.activations);
  proto.set_slice(layer.slice);
  proto.set_relative_depth(layer.relative_depth);
  proto.set_name(layer.name);
  return proto;
}

v1::BrainInput ToProto(const RequestedBrain& brain) {
  v1::BrainInput proto;
  if (brain.is_continuous) {
    *proto.mutable_continuous() = ToProto(brain.tensor);
    proto.set_sfreq_hz(brain.sfreq_hz);
  } else {
    *proto.mutable_epochs() = ToProto(brain.tensor);
  }
  Append(brain.times_seconds, proto.mutable_times_seconds());
  if (brain.onsets_seconds) *proto.mutable_onsets_seconds() = ToProto(*brain.onsets_seconds);
  if (brain.groups) *proto.mutable_groups() = ToProto(*brain.groups);
  if (brain.sessions) *proto.mutable_sessions() = ToProto(*brain.sessions);
  if (brain.session_starts) *proto.mutable_session_starts() = ToProto(*brain.session_starts);
  return proto;
}

v1::CreateJobRequest ToProto(const JobRequest& request) {
  v1::CreateJobRequest proto;
  proto.set_request_id(request.request_id);
  proto.set_display_name(request.name);
  if (request.layer_order.size() <= kMostLayerOrderBytes) {
    proto.set_layer_order(request.layer_order);
  }
  if (request.preparation) {
    v1::RecordingPreparation& done = *proto.mutable_preparation();
    Append(request.preparation->band_pass_hz, done.mutable_band_pass_hz());
    if (request.preparation->resample_hz) {
      done.set_resample_hz(*request.preparation->resample_hz);
    }
    done.set_original_sfreq_hz(request.preparation->original_sfreq_hz);
    if (request.preparation->filter_samples > 0) {
      done.set_filter_samples(request.preparation->filter_samples);
    }
    done.set_largest_shift_seconds(request.preparation->largest_shift_seconds);
    done.set_edge_words(request.edge_words);
    Append(request.preparation->notes, done.mutable_notes());
  }
  proto.set_skip_cache(request.skip_cache);
  proto.set_priority(ToProto(request.priority));
  *proto.mutable_spec()->mutable_options() = ToProto(request.options);

  if (request.recording.empty()) {
    *proto.mutable_spec()->mutable_brain() = ToProto(request.brain);
    proto.mutable_spec()->mutable_brain()->set_word_table_digest(request.word_table_digest);
  } else {
    proto.mutable_spec()->mutable_brain()->set_recording(request.recording);
  }
  proto.mutable_spec()->set_model(request.model);
  if (request.model.empty()) proto.mutable_spec()->set_word_table_digest(request.word_table_digest);
  if (request.nuisance) {
    v1::Nuisance& nuisance = *proto.mutable_spec()->mutable_nuisance();
    *nuisance.mutable_features() = ToProto(*request.nuisance);
    Append(request.options.nuisance, nuisance.mutable_feature_names());
  }
  for (const RequestedLayer& layer : request.layers) {
    *proto.mutable_spec()->add_layers() = ToProto(layer);
  }
  return proto;
}

}  // namespace brainalign
