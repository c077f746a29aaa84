#include "client/wire/operation_from_proto.h"

#include <cmath>
#include <cstdint>

#include "client/wire/job_from_proto.h"
#include "core/to_integer.h"

namespace brainalign {

QueueEntry QueueEntryFromProto(const v1::QueueEntry& proto) {
  v1::Job first;
  if (proto.job_ids_size() > 0) first.set_job_id(proto.job_ids(0));
  first.set_display_name(proto.display_name());
  first.set_state(proto.state());
  first.set_reason(proto.reason());
  first.set_attempt(proto.attempt());
  first.set_tiles_done(proto.tiles_done());
  first.set_tiles_total(proto.tiles_total());
  first.set_memory_bytes(proto.memory_bytes());
  if (proto.has_estimated_seconds()) first.set_estimated_seconds(proto.estimated_seconds());
  *first.mutable_create_time() = proto.create_time();
  if (proto.has_start_time()) *first.mutable_start_time() = proto.start_time();
  if (proto.has_queue_place()) first.set_queue_place(proto.queue_place());
  if (proto.has_expected_start_seconds()) {
    first.set_expected_start_seconds(proto.expected_start_seconds());
  }
  if (proto.has_expected_end_seconds()) {
    first.set_expected_end_seconds(proto.expected_end_seconds());
  }
  QueueEntry entry;
  entry.execution_id = proto.execution_id();
  entry.first = JobFromProto(first);
  entry.jobs = proto.job_ids_size();
  entry.project = proto.project();
  entry.person = proto.person();
  return entry;
}

UploadEntry UploadEntryFromProto(const v1::UploadEntry& proto) {
  return UploadEntry{.upload_id = proto.upload_id(),
                     .project = proto.project(),
                     .person = proto.person(),
                     .digest = proto.digest(),
                     .size_bytes = proto.size_bytes(),
                     .committed_bytes = proto.committed_bytes(),
                     .being_written = proto.being_written(),
                     .expire_time_unix_seconds = UnixSeconds(proto.expire_time())};
}

LoggedError LoggedErrorFromProto(const v1::LoggedError& proto) {
  return LoggedError{UnixSeconds(proto.time()), proto.level(), proto.message()};
}

google::protobuf::Timestamp TimestampOf(double unix_seconds) {
  const double whole = std::floor(unix_seconds);
  google::protobuf::Timestamp time;
  time.set_seconds(ToInt64(whole));
  time.set_nanos(static_cast<std::int32_t>(1e9 * (unix_seconds - whole)));
  return time;
}

v1::DrainMode ToProto(DrainMode mode) {
  switch (mode) {
    case DrainMode::kFinish:
      return v1::DRAIN_MODE_FINISH;
    case DrainMode::kPutBack:
      return v1::DRAIN_MODE_PUT_BACK;
    case DrainMode::kOff:
      return v1::DRAIN_MODE_OFF;
  }
  return v1::DRAIN_MODE_UNSPECIFIED;
}

}  // namespace brainalign
