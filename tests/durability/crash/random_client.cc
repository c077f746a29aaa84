#include "tests/durability/crash/random_client.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/tensors/upload.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

// More than this need not be under way: the server computes two at a time.
constexpr std::size_t kMostOpenJobs = 40;

bool Any(const KnownJob&) { return true; }

}  // namespace

std::unique_ptr<Connection> Connect(const ServerLives& server, const std::stop_token& stop) {
  ConnectionOptions options;
  options.address = server.address();
  options.connect_timeout_seconds = 60;  // also where much else runs
  options.retry.max_attempts = 1000;
  options.retry.first_delay_seconds = 0.02;
  options.retry.max_delay_seconds = 0.2;
  options.stop = stop;
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
  if (connection.ok()) return *std::move(connection);
  // For a client no failure: the server may have been killed just now.
  std::cerr << "no connection: " << connection.status() << std::endl;
  return nullptr;
}

void RandomClient::Run(const std::stop_token& stop) {
  while (stage_.gate.Wait(stop) && !testing::Test::HasFailure()) {
    // Some stay with their connection over the server's deaths, some come anew.
    if (connection_ == nullptr || random_() % 64 == 0) connection_ = Connect(stage_.server, stop);
    if (connection_ == nullptr) continue;
    const absl::Status status = DoSomething();
    if (status.ok()) stage_.answers.Add();
    const bool fine = status.ok() || absl::IsUnavailable(status) ||
                      (stop.stop_requested() && absl::IsCancelled(status));
    EXPECT_TRUE(fine) << "only the server's death may cut off a call: " << status;
  }
}

absl::Status RandomClient::DoSomething() {
  switch (random_() % 22) {
    case 0:
    case 1:
      return Upload();
    case 2:
    case 3:
    case 4:
      return UploadByHand();
    case 5:
      return GiveUpUpload();
    case 6:
    case 7:
      return SubmitAgain();
    case 8:
    case 9:
      return CancelSome();
    case 10:
    case 11:
      return AskForResult();
    case 12:
      return List();
    case 13:
    case 14: {
      const auto job = stage_.jobs.Pick(random_, Any);
      return job.has_value() ? Get(*connection_, stage_.jobs, job->job_id) : absl::OkStatus();
    }
    case 15: {
      const auto tensor = stage_.tensors.PickStored(random_);
      return tensor.has_value() ? CheckBytes(*connection_, *tensor) : absl::OkStatus();
    }
    case 20:
    case 21:
      return DeleteSome();
    default:
      return SubmitNew();
  }
}

absl::Status RandomClient::Upload() {
  // Goes on with an upload of another client now and then.
  std::optional<KnownTensor> tensor;
  if (random_() % 2 == 0) tensor = stage_.tensors.TakeOpen(random_);
  if (!tensor.has_value()) tensor = stage_.tensors.New(random_);
  const auto stored = UploadTensors(*connection_, {{"random", tensor->Bytes()}}, nullptr);
  tensor->stored = stored.ok();
  if (stored.ok() || !tensor->upload_id.empty()) stage_.tensors.Keep(*tensor);
  return stored.status();
}

absl::Status RandomClient::UploadByHand() {
  std::optional<KnownTensor> tensor;
  if (random_() % 2 == 0) tensor = stage_.tensors.TakeOpen(random_);
  if (!tensor.has_value()) tensor = stage_.tensors.New(random_);
  absl::Status status = UploadSome(*connection_, random_, *tensor);
  if (!tensor->upload_id.empty()) stage_.tensors.Keep(*tensor);
  return status;
}

absl::Status RandomClient::GiveUpUpload() {
  std::optional<KnownTensor> tensor = stage_.tensors.TakeOpen(random_);
  if (!tensor.has_value()) return absl::OkStatus();
  absl::Status status = GiveUp(*connection_, *tensor);
  // Without an answer nothing is known of it any more.
  if (status.ok()) stage_.tensors.Keep(*tensor);
  return status;
}

absl::Status RandomClient::SubmitNew() {
  if (stage_.jobs.open_count() >= kMostOpenJobs) return absl::OkStatus();
  const KnownJob submission = stage_.jobs.NewSubmission(random_, /*deletable=*/true);
  return Submit(*connection_, stage_.questions, stage_.jobs, submission);
}

absl::Status RandomClient::SubmitAgain() {
  const auto job = stage_.jobs.Pick(random_, Any);
  if (!job.has_value()) return absl::OkStatus();
  return Submit(*connection_, stage_.questions, stage_.jobs, *job);
}

absl::Status RandomClient::CancelSome() {
  const bool late = random_() % 8 == 0;  // what has ended stays as it is
  const auto job =
      stage_.jobs.Pick(random_, [&](const KnownJob& known) { return known.ended() == late; });
  if (!job.has_value()) return absl::OkStatus();
  return Cancel(*connection_, stage_.jobs, job->job_id);
}

absl::Status RandomClient::DeleteSome() {
  const auto job = stage_.jobs.TakeToDelete(random_);
  return job.has_value() ? Delete(*connection_, stage_.jobs, job->job_id) : absl::OkStatus();
}

absl::Status RandomClient::AskForResult() {
  const auto job = stage_.jobs.Pick(
      random_, [](const KnownJob& known) { return known.last.state() == v1::JOB_STATE_SUCCEEDED; });
  if (!job.has_value()) return absl::OkStatus();
  return CheckResult(*connection_, stage_.questions, *job);
}

absl::Status RandomClient::List() {
  const auto wanted = stage_.jobs.Pick(random_, Any);
  const auto listed = ListAll(*connection_, 50 + static_cast<int>(random_() % 900));
  if (!listed.ok()) return listed.status();
  bool found = !wanted.has_value();
  for (const v1::Job& job : *listed) {
    const bool is_it = wanted.has_value() && job.job_id() == wanted->job_id;
    stage_.jobs.Saw(job, is_it ? wanted->last.sequence() : 0);
    found = found || is_it;
  }
  EXPECT_TRUE(found) << "is not listed: " << wanted->last.ShortDebugString();
  return absl::OkStatus();
}

void RandomWatcher::Run(const std::stop_token& stop) {
  std::unique_ptr<Connection> connection;
  while (stage_.gate.Wait(stop) && !testing::Test::HasFailure()) {
    if (connection == nullptr || random_() % 64 == 0) connection = Connect(stage_.server, stop);
    if (connection == nullptr) continue;
    auto job = stage_.jobs.Pick(random_, [](const KnownJob& known) { return !known.ended(); });
    if (!job.has_value()) job = stage_.jobs.Pick(random_, Any);
    if (!job.has_value()) {
      stage_.answers.WaitForMore(1, std::chrono::milliseconds(100));
      continue;
    }
    // From where it was broken off, from the start, or from between.
    const std::int64_t most = job->last.sequence();
    const std::int64_t after =
        random_() % 2 == 0
            ? job->heard_up_to
            : static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(most + 1));
    const absl::Status status = Follow(*connection, stage_.jobs, job->job_id, after, /*until=*/0);
    const bool fine = status.ok() || absl::IsUnavailable(status) ||
                      (stop.stop_requested() && absl::IsCancelled(status));
    EXPECT_TRUE(fine) << "only the server's death may cut off a watch: " << status;
  }
}

}  // namespace brainalign
