#include "client/wire/job_from_proto.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "brainalign/v1/job.pb.h"

namespace brainalign {
namespace {

static_assert(v1::JOB_STATE_QUEUED == static_cast<int>(JobState::kQueued));
static_assert(v1::JOB_STATE_CANCELLED == static_cast<int>(JobState::kCancelled));
static_assert(v1::JOB_REASON_WAITING_FOR_MEMORY == static_cast<int>(JobReason::kWaitingForMemory));
static_assert(v1::JOB_REASON_PUT_BACK_BY_ADMINISTRATOR ==
              static_cast<int>(JobReason::kPutBackByAdministrator));

// An estimate; 0 for one that makes no sense.
double Seconds(double seconds) { return std::isfinite(seconds) ? std::max(0.0, seconds) : 0; }

}  // namespace

double UnixSeconds(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) + 1e-9 * static_cast<double>(time.nanos());
}

Job JobFromProto(const v1::Job& proto) {
  std::optional<Preparation> preparation;
  if (const v1::RecordingPreparation& done = proto.preparation(); proto.has_preparation()) {
    preparation = Preparation{
        .band_pass_hz = {done.band_pass_hz().begin(), done.band_pass_hz().end()},
        .resample_hz =
            done.has_resample_hz() ? std::optional<double>(done.resample_hz()) : std::nullopt,
        .original_sfreq_hz = done.original_sfreq_hz(),
        .filter_samples = done.filter_samples(),
        .largest_shift_seconds = done.largest_shift_seconds(),
        .notes = {done.notes().begin(), done.notes().end()}};
    // From a server that did not check it.
    const bool is_sound = done.original_sfreq_hz() > 0 &&
                          (done.band_pass_hz().empty() || done.band_pass_hz_size() == 2);
    if (!is_sound) preparation.reset();
  }
  return Job{
      .job_id = proto.job_id(),
      .name = proto.display_name(),
      .state = static_cast<JobState>(proto.state()),
      .reason = static_cast<JobReason>(proto.reason()),
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
      .nulls = proto.nulls(),
      .blocks = proto.blocks(),
      .queue_place = std::max(0, proto.queue_place()),
      .expected_start_seconds = Seconds(proto.expected_start_seconds()),
      .expected_end_seconds = Seconds(proto.expected_end_seconds()),
      .project = proto.project(),
      .person = proto.person(),
      .layer_order = proto.layer_order(),
      .preparation = std::move(preparation),
      .edge_words = proto.preparation().edge_words(),
      .recording = proto.recording(),
      .model = proto.model(),
  };
}

}  // namespace brainalign
