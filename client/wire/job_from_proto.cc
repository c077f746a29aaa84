#include "client/wire/job_from_proto.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/alignment.pb.h"
#include "brainalign/v1/job.pb.h"

namespace brainalign {
namespace {

JobState FromProto(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_QUEUED:
      return JobState::kQueued;
    case v1::JOB_STATE_RUNNING:
      return JobState::kRunning;
    case v1::JOB_STATE_SUCCEEDED:
      return JobState::kSucceeded;
    case v1::JOB_STATE_FAILED:
      return JobState::kFailed;
    case v1::JOB_STATE_CANCELLED:
      return JobState::kCancelled;
    default:
      return JobState::kUnknown;
  }
}

JobReason FromProto(v1::JobReason reason) {
  switch (reason) {
    case v1::JOB_REASON_WAITING_FOR_MEMORY:
      return JobReason::kWaitingForMemory;
    case v1::JOB_REASON_SERVER_RESTARTED:
      return JobReason::kServerRestarted;
    case v1::JOB_REASON_TOO_MANY_ATTEMPTS:
      return JobReason::kTooManyAttempts;
    case v1::JOB_REASON_COMPUTATION_FAILED:
      return JobReason::kComputationFailed;
    case v1::JOB_REASON_CANCELLED_BY_CLIENT:
      return JobReason::kCancelledByClient;
    case v1::JOB_REASON_SERVED_FROM_CACHE:
      return JobReason::kServedFromCache;
    case v1::JOB_REASON_JOINED:
      return JobReason::kJoined;
    case v1::JOB_REASON_INPUT_LOST:
      return JobReason::kInputLost;
    case v1::JOB_REASON_INPUT_UNREADABLE:
      return JobReason::kInputUnreadable;
    default:
      return JobReason::kNone;
  }
}

// An estimate; 0 for one that makes no sense.
double Seconds(double seconds) { return std::isfinite(seconds) ? std::max(0.0, seconds) : 0; }

absl::Status Malformed(const std::string& what, std::int64_t length, std::int64_t expected) {
  return absl::InternalError(absl::StrCat("The server sent ", length, " values of ", what,
                                          " where ", expected, " belong."));
}

Metric FromProto(v1::Metric metric) {
  switch (metric) {
    case v1::METRIC_COSINE:
      return Metric::kCosine;
    case v1::METRIC_R2:
      return Metric::kR2;
    default:
      return Metric::kPearson;
  }
}

Selection FromProto(v1::Selection selection) {
  switch (selection) {
    case v1::SELECTION_FIXED:
      return Selection::kFixed;
    case v1::SELECTION_LOO:
      return Selection::kLoo;
    case v1::SELECTION_GCV:
      return Selection::kGcv;
    default:
      return Selection::kBlocked;
  }
}

FitWords FromProto(v1::FitWords words) {
  return words == v1::FIT_WORDS_ALL ? FitWords::kAll : FitWords::kTraining;
}

template <typename To, typename Repeated>
std::vector<To> Values(const Repeated& repeated) {
  return std::vector<To>(repeated.begin(), repeated.end());
}

// In a result every option is resolved, so nothing is unspecified.
AlignmentSpec FromProto(const v1::AlignmentOptions& options) {
  AlignmentSpec spec;
  spec.preset = options.preset() == v1::PRESET_PAPER ? Preset::kPaper : Preset::kStrict;
  spec.direction = options.direction() == v1::DIRECTION_MODEL_TO_BRAIN ? Direction::kModelToBrain
                                                                       : Direction::kBrainToModel;
  spec.metric = FromProto(options.metric());
  spec.folds = options.folds();
  spec.fold_by = options.fold_by() == v1::FOLD_BY_GROUP ? FoldBy::kGroup : FoldBy::kContiguous;
  spec.purge_seconds = options.purge_seconds();
  spec.alphas = Values<double>(options.alphas());
  spec.selection = FromProto(options.selection());
  spec.inner_folds = options.inner_folds();
  spec.shared_alpha = options.shared_alpha();
  spec.pca = options.pca();
  spec.zscore_words = FromProto(options.zscore_words());
  spec.pca_words = FromProto(options.pca_words());
  spec.window_bounds_seconds = Values<double>(options.window_bounds_seconds());
  spec.precision = options.precision() == v1::PRECISION_FAST ? Precision::kFast : Precision::kExact;
  return spec;
}

MatrixReadout ReadoutFromProto(const v1::AlignmentResult& proto) {
  MatrixReadout readout;
  readout.t_max = Values<double>(proto.t_max());
  readout.t_argmax = Values<double>(proto.t_argmax());
  readout.t_max_contiguous = Values<bool>(proto.t_max_contiguous());
  readout.temporal_score = proto.temporal_score();
  readout.temporal_score_p = proto.temporal_score_p();
  readout.alignment_score_mean_of_layer_maxima = proto.alignment_score_mean_of_layer_maxima();
  readout.alignment_score_best_layer = proto.alignment_score_best_layer();
  for (const v1::WindowMean& window : proto.windows()) {
    readout.windows.push_back(WindowMean{.begin_seconds = window.begin_seconds(),
                                         .end_seconds = window.end_seconds(),
                                         .mean = Values<double>(window.mean())});
  }
  readout.window_of_maximum = Values<int>(proto.window_of_maximum());
  return readout;
}

InputReport InputReportFromProto(const v1::AlignmentResult& proto) {
  InputReport report;
  report.words_given = proto.words_given();
  report.words_used = proto.words_used();
  report.dropped_words = proto.dropped_words();
  report.backward_onset_steps = proto.backward_onset_steps();
  report.fold_sizes = Values<std::int64_t>(proto.fold_sizes());
  report.training_sizes = Values<std::int64_t>(proto.training_sizes());
  report.purged_words = Values<std::int64_t>(proto.purged_words());
  report.constant_sensors = Values<int>(proto.constant_sensors());
  report.notes = Values<std::string>(proto.notes());
  return report;
}

// Whatever shows a result indexes its arrays by the matrix's shape.
absl::Status CheckLengths(const v1::AlignmentResult& proto) {
  const std::int64_t layers = proto.depth_size();
  const std::int64_t times = proto.times_seconds_size();
  if (proto.score_size() != layers * times) {
    return Malformed("score", proto.score_size(), layers * times);
  }
  const std::int64_t folds = proto.fold_sizes_size();
  if (proto.score_per_fold_size() != folds * layers * times) {
    return Malformed("score_per_fold", proto.score_per_fold_size(), folds * layers * times);
  }
  const std::int64_t alphas = proto.options().alphas_size();
  if (proto.alpha_counts_size() != layers * alphas) {
    return Malformed("alpha_counts", proto.alpha_counts_size(), layers * alphas);
  }
  const auto check = [layers](const std::string& name, int size) {
    return size == layers ? absl::OkStatus() : Malformed(name, size, layers);
  };
  absl::Status status = check("layer_names", proto.layer_names_size());
  status.Update(check("t_max", proto.t_max_size()));
  status.Update(check("t_argmax", proto.t_argmax_size()));
  status.Update(check("t_max_contiguous", proto.t_max_contiguous_size()));
  status.Update(check("window_of_maximum", proto.window_of_maximum_size()));
  for (const v1::WindowMean& window : proto.windows()) {
    status.Update(check("windows.mean", window.mean_size()));
  }
  return status;
}

}  // namespace

double UnixSeconds(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) + 1e-9 * static_cast<double>(time.nanos());
}

Job JobFromProto(const v1::Job& proto) {
  return Job{
      .job_id = proto.job_id(),
      .name = proto.name(),
      .state = FromProto(proto.state()),
      .reason = FromProto(proto.reason()),
      .message = proto.message(),
      .attempt = proto.attempt(),
      .tiles_done = proto.tiles_done(),
      .tiles_total = proto.tiles_total(),
      .sequence = proto.sequence(),
      .create_time_unix_seconds = UnixSeconds(proto.create_time()),
      .start_time_unix_seconds = UnixSeconds(proto.start_time()),
      .end_time_unix_seconds = UnixSeconds(proto.end_time()),
      .memory_bytes = proto.memory_bytes(),
      .estimated_seconds = Seconds(proto.estimated_seconds()),
      .layers = proto.layers(),
      .times = proto.times(),
      .folds = proto.folds(),
      .queue_place = std::max(0, proto.queue_place()),
      .expected_start_seconds = Seconds(proto.expected_start_seconds()),
      .expected_end_seconds = Seconds(proto.expected_end_seconds()),
      .project = proto.project(),
      .person = proto.person(),
  };
}

absl::StatusOr<TileScores> TileFromProto(const v1::MatrixTile& proto) {
  if (proto.layer_begin() < 0 || proto.layer_count() < 0 || proto.time_begin() < 0 ||
      proto.time_count() < 0) {
    return absl::InternalError("The server sent a tile of the matrix with a negative place.");
  }
  const std::int64_t cells = static_cast<std::int64_t>(proto.layer_count()) * proto.time_count();
  if (proto.score_size() != cells) return Malformed("a tile's score", proto.score_size(), cells);
  return TileScores{
      .index = proto.tile(),
      .tile = Tile{.layer_begin = proto.layer_begin(),
                   .layer_count = proto.layer_count(),
                   .time_begin = proto.time_begin(),
                   .time_count = proto.time_count()},
      .score = Values<double>(proto.score()),
      .score_per_fold = Values<double>(proto.score_per_fold()),
      .alpha_counts = Values<std::int64_t>(proto.alpha_counts()),
      .constant_targets = proto.constant_targets(),
  };
}

absl::StatusOr<JobResult> ResultFromProto(const v1::AlignmentResult& proto) {
  const absl::Status status = CheckLengths(proto);
  if (!status.ok()) return status;
  JobResult result;
  result.job_id = proto.job_id();
  result.from_cache = proto.from_cache();
  result.compute_seconds = proto.compute_seconds();
  AlignmentResult& alignment = result.alignment;
  alignment.layers = proto.depth_size();
  alignment.times = proto.times_seconds_size();
  alignment.score = Values<double>(proto.score());
  alignment.score_per_fold = Values<double>(proto.score_per_fold());
  alignment.times_seconds = Values<double>(proto.times_seconds());
  alignment.depth = Values<double>(proto.depth());
  alignment.layer_names = Values<std::string>(proto.layer_names());
  alignment.readout = ReadoutFromProto(proto);
  alignment.spec = FromProto(proto.options());
  alignment.spec.bf16_kernel = proto.bf16_kernel();
  alignment.alpha_counts = Values<std::int64_t>(proto.alpha_counts());
  alignment.constant_targets = proto.constant_targets();
  alignment.input = InputReportFromProto(proto);
  alignment.numerics_version = proto.numerics_version();
  return result;
}

}  // namespace brainalign
