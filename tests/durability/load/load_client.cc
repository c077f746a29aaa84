#include "tests/durability/load/load_client.h"

#include <sys/mman.h>

#include <chrono>
#include <cstring>
#include <utility>

#include "client/connection/stubs.h"
#include "client/tensors/upload.h"
#include "client/wire/status_from_grpc.h"
#include "gtest/gtest.h"
#include "tests/durability/crash/once.h"
#include "tests/durability/stage/random_tensor.h"

namespace brainalign {
namespace {

constexpr std::size_t kMostOpenJobs = 90;
constexpr double kLongestPauseSeconds = 1;

bool Any(const KnownJob&) { return true; }

// A documented refusal says when to come back, or that a limit is reached.
bool IsRefusal(const absl::Status& status) { return absl::IsResourceExhausted(status); }

// Keeps `status` if it is a refusal; anything else but OK is a failure.
void Account(Crowd& crowd, const absl::Status& status, const std::stop_token& stop) {
  if (IsRefusal(status)) ++crowd.refusals;
  const bool fine =
      status.ok() || IsRefusal(status) || (stop.stop_requested() && absl::IsCancelled(status));
  EXPECT_TRUE(fine) << "no documented refusal: " << status;
}

absl::Status AskForInfo(Connection& connection) {
  return Once<v1::GetServerInfoResponse>(connection,
                                         [&](auto* context, auto* response) {
                                           return connection.stubs().server->GetServerInfo(
                                               context, v1::GetServerInfoRequest(), response);
                                         })
      .status();
}

absl::Status ListPage(Connection& connection) {
  v1::ListJobsRequest request;
  request.set_page_size(20);
  return Once<v1::ListJobsResponse>(connection,
                                    [&](auto* context, auto* response) {
                                      return connection.stubs().jobs->ListJobs(context, request,
                                                                               response);
                                    })
      .status();
}

class User {
 public:
  User(Crowd& crowd, Connection& connection, std::uint64_t seed)
      : crowd_(crowd), connection_(connection), random_(seed) {}

  absl::Status DoSomething() {
    const auto job = crowd_.jobs.Pick(random_, Any);
    switch (random_() % 16) {
      case 0:
        return UploadSmall();
      case 1:
        return AskForResult();
      case 2:
        return job.has_value() && random_() % 4 == 0 ? Cancel(connection_, crowd_.jobs, job->job_id)
                                                     : absl::OkStatus();
      case 3:
      case 4:
      case 5:
      case 6:
        return SubmitNew();
      case 7:
      case 8:
        return crowd_.reads.Time([&] { return AskForInfo(connection_); });
      case 9:
      case 10:
        return crowd_.reads.Time([&] { return ListPage(connection_); });
      default:
        if (!job.has_value()) return absl::OkStatus();
        return crowd_.reads.Time([&] { return Get(connection_, crowd_.jobs, job->job_id); });
    }
  }

  std::chrono::duration<double> Pause() {
    return std::chrono::duration<double>(
        std::uniform_real_distribution<double>(0, kLongestPauseSeconds)(random_));
  }

 private:
  absl::Status UploadSmall() {
    const auto size = 2 + 2 * static_cast<std::int64_t>(random_() % (1 << 19));
    const Tensor tensor = RandomTensor(random_(), size);
    absl::Status status = UploadTensors(connection_, {{"small", tensor}}, nullptr).status();
    crowd_.small_uploads += status.ok() ? 1 : 0;
    return status;
  }

  absl::Status SubmitNew() {
    if (crowd_.jobs.open_count() >= kMostOpenJobs) return absl::OkStatus();
    const KnownJob submission = crowd_.jobs.NewSubmission(random_, /*deletable=*/false);
    return crowd_.creates.Time(
        [&] { return Submit(connection_, crowd_.questions, crowd_.jobs, submission); });
  }

  absl::Status AskForResult() {
    const auto job = crowd_.jobs.Pick(random_, [](const KnownJob& known) {
      return known.last.state() == v1::JOB_STATE_SUCCEEDED;
    });
    if (!job.has_value()) return absl::OkStatus();
    absl::Status status = CheckResult(connection_, crowd_.questions, *job);
    crowd_.results += status.ok() ? 1 : 0;
    return status;
  }

  Crowd& crowd_;
  Connection& connection_;
  std::mt19937_64 random_;
};

}  // namespace

std::unique_ptr<Connection> JoinCrowd(const Crowd& crowd, const std::stop_token& stop) {
  ConnectionOptions options;
  options.address = crowd.address;
  options.connect_timeout_seconds = 60;  // all come at the same moment
  options.stop = stop;
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
  EXPECT_TRUE(connection.ok() || stop.stop_requested()) << connection.status();
  return connection.ok() ? *std::move(connection) : nullptr;
}

void UseServer(Crowd& crowd, std::uint64_t seed, const std::stop_token& stop) {
  const std::unique_ptr<Connection> connection = JoinCrowd(crowd, stop);
  if (connection == nullptr) return;
  User user(crowd, *connection, seed);
  while (SystemClock().Sleep(user.Pause().count(), stop) && !testing::Test::HasFailure()) {
    Account(crowd, user.DoSomething(), stop);
  }
}

void WatchJobs(Crowd& crowd, Connection& connection, std::uint64_t seed,
               const std::stop_token& stop) {
  std::mt19937_64 random(seed);
  while (!stop.stop_requested() && !testing::Test::HasFailure()) {
    const auto job = crowd.jobs.Pick(random, [](const KnownJob& known) { return !known.ended(); });
    if (!job.has_value()) {
      SystemClock().Sleep(0.1, stop);
      continue;
    }
    ++crowd.watches_open;
    const absl::Status status =
        Follow(connection, crowd.jobs, job->job_id, /*after_sequence=*/0, /*until=*/0);
    --crowd.watches_open;
    ++crowd.watches_ended;
    Account(crowd, status, stop);
    if (IsRefusal(status)) SystemClock().Sleep(1, stop);
  }
}

void UploadBig(Crowd& crowd, std::int64_t number, std::int64_t size_bytes,
               const std::stop_token& stop) {
  const std::unique_ptr<Connection> connection = JoinCrowd(crowd, stop);
  if (connection == nullptr) return;
  const auto size = static_cast<std::size_t>(size_bytes);
  // Pages that are only read take no memory.
  void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  std::memcpy(memory, &number, sizeof number);
  const std::shared_ptr<const void> owner(memory, [size](void* at) { munmap(at, size); });
  const Tensor tensor({DType::kI16, {size_bytes / 2}, Order::kC},
                      static_cast<const std::byte*>(memory), owner);
  const absl::Status status = UploadTensors(*connection, {{"big", tensor}}, nullptr).status();
  crowd.big_uploads += status.ok() ? 1 : 0;
  Account(crowd, status, stop);
}

}  // namespace brainalign
