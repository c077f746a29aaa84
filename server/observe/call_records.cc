#include "server/observe/call_records.h"

#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "server/logs/log_fields.h"

namespace brainalign {
namespace {

// From a look at a record to a watch of hours.
const prometheus::Histogram::BucketBoundaries kBuckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600};

spdlog::level::level_enum LevelOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kCancelled:
      return spdlog::level::debug;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return spdlog::level::warn;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kUnknown:
      return spdlog::level::err;
    default:
      return spdlog::level::info;
  }
}

}  // namespace

struct CallRecords::Counts {
  explicit Counts(std::shared_ptr<prometheus::Registry> in)
      : registry(std::move(in)),
        open(prometheus::BuildGauge()
                 .Name("brainalign_calls_open")
                 .Help("Open calls; a stream counts as long as it is open")
                 .Register(*registry)),
        durations(prometheus::BuildHistogram()
                      .Name("brainalign_call_duration_seconds")
                      .Help("Duration of finished calls")
                      .Register(*registry)) {
    // There from the start: a rate begins with nothing.
    for (const Method method : AllMethods()) {
      open.Add({{"method", NameOf(method)}});
      durations.Add({{"method", NameOf(method)}, {"code", "OK"}}, kBuckets);
    }
  }

  const std::shared_ptr<prometheus::Registry> registry;
  prometheus::Family<prometheus::Gauge>& open;
  prometheus::Family<prometheus::Histogram>& durations;
};

CallRecords::CallRecords(std::shared_ptr<prometheus::Registry> registry)
    : counts_(registry == nullptr ? nullptr : std::make_unique<Counts>(std::move(registry))) {}

CallRecords::~CallRecords() = default;

void CallRecords::Began(Method method) {
  if (counts_ != nullptr) counts_->open.Add({{"method", NameOf(method)}}).Increment();
}

void CallRecords::Ended(const EndedCall& call) {
  const std::string method = NameOf(call.method);
  const std::string code = absl::StatusCodeToString(call.status.code());
  if (counts_ != nullptr) {
    counts_->open.Add({{"method", method}}).Decrement();
    counts_->durations.Add({{"method", method}, {"code", code}}, kBuckets).Observe(call.seconds);
  }
  const double milliseconds = call.seconds * 1e3;
  const LogFields fields({{"method", method},
                          {"code", code},
                          {"milliseconds", milliseconds},
                          {"request_id", call.request_id},
                          {"person", call.caller.person},
                          {"project", call.caller.project},
                          {"peer", call.peer}});
  spdlog::log(LevelOf(call.status), "{} {} by '{}' of {} from {} in {:.1f} ms, request {}{}{}",
              method, code, call.caller.person, call.caller.project, call.peer, milliseconds,
              call.request_id, call.status.ok() ? "" : ": ", std::string(call.status.message()));
}

}  // namespace brainalign
