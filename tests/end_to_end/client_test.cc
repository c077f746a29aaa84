// The client library in a program of one's own, against the real server: what the five calls give,
// and what a program can read off a refusal.
#include "client/client.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "client/jobs/job_calls.h"
#include "client/report/result_json.h"
#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/experiment_folder.h"
#include "tests/end_to_end/program.h"
#include "tests/end_to_end/running_server.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class ClientTest : public testing::Test {
 protected:
  void StartServer(const std::vector<std::string>& options = {}) {
    server_ = RunningServer::Start(scratch_ / "server", "127.0.0.1:0", options);
    ASSERT_NE(server_, nullptr);
  }

  absl::StatusOr<Client> Connect(std::stop_token stop = {}) const {
    return Client::Connect({.server = {.address = server_->address()}, .stop = std::move(stop)});
  }

  // That waits for nothing a server asks to wait for.
  absl::StatusOr<Client> ConnectWithoutPatience() const {
    ConnectionOptions options;
    options.address = server_->address();
    options.retry.max_attempts = 1;
    absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
    if (!connection.ok()) return connection.status();
    return Client(*std::move(connection));
  }

  absl::StatusOr<Experiment> MakeExperiment(int words, int sensors, int layers, int dimensions) {
    Simulate(scratch_ / "experiment", words, sensors, layers, dimensions);
    return LoadExperiment(scratch_ / "experiment");
  }

  ScratchFolder scratch_;
  std::unique_ptr<RunningServer> server_;
};

// The refusal of `status`, which must be one.
Refusal RefusalBy(const absl::Status& status, absl::StatusCode code) {
  EXPECT_EQ(status.code(), code) << status;
  const std::optional<Refusal> refusal = RefusalOf(status);
  EXPECT_TRUE(refusal.has_value()) << status;
  EXPECT_NE(CallIdOf(status), "");
  if (!refusal.has_value()) return {};
  EXPECT_EQ(refusal->domain, "brainalign");
  return *refusal;
}

TEST_F(ClientTest, FiveCallsGiveWhatTheCommandGives) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  const auto experiment = MakeExperiment(400, 8, 3, 12);
  ASSERT_TRUE(experiment.ok()) << experiment.status();
  auto client = Connect();
  ASSERT_TRUE(client.ok()) << client.status();

  UploadProgress last;
  const auto uploaded =
      client->Upload(*experiment, [&last](const UploadProgress& progress) { last = progress; });
  ASSERT_TRUE(uploaded.ok()) << uploaded.status();
  EXPECT_EQ(last.bytes_there, last.bytes_total);
  EXPECT_EQ(last.tensors_there, 4);  // recording, onsets, groups, activations
  const auto again = client->Upload(*experiment);
  ASSERT_TRUE(again.ok()) << again.status();
  for (const StoredTensor& tensor : again->tensors) EXPECT_TRUE(tensor.was_there) << tensor.name;

  SubmitOptions options;
  options.alignment.pca = 4;
  options.name = "five calls";
  const auto job = client->Submit(*uploaded, options);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->name, "five calls");

  std::set<std::pair<int, int>> cells;
  WatchCallbacks callbacks;
  callbacks.on_tile = [&cells](const TileScores& scores) {
    for (int l = 0; l < scores.tile.layer_count; ++l) {
      for (int t = 0; t < scores.tile.time_count; ++t) {
        cells.insert({scores.tile.layer_begin + l, scores.tile.time_begin + t});
      }
    }
  };
  const auto ended = client->Watch(job->job_id, callbacks);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state, JobState::kSucceeded);
  EXPECT_EQ(cells.size(), static_cast<std::size_t>(ended->layers * ended->times));

  const auto result = client->Fetch(job->job_id);
  ASSERT_TRUE(result.ok()) << result.status();
  const Outcome local = RunBrainalign(
      {"run", scratch_ / "experiment", "--local", "--pca", "4", "--out", scratch_ / "local.json"});
  ASSERT_EQ(local.exit_code, 0) << local.err;
  EXPECT_EQ(Numbers(nlohmann::json::parse(ResultToJson(*result))),
            Numbers(ReadResult(scratch_ / "local.json")));
}

TEST_F(ClientTest, AnotherProgramGoesOnFromTheIdAndTheLastEvent) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  const auto experiment = MakeExperiment(300, 4, 2, 6);
  ASSERT_TRUE(experiment.ok()) << experiment.status();
  auto first = Connect();
  ASSERT_TRUE(first.ok()) << first.status();
  const auto uploaded = first->Upload(*experiment);
  ASSERT_TRUE(uploaded.ok()) << uploaded.status();
  const auto job = first->Submit(*uploaded);
  ASSERT_TRUE(job.ok()) << job.status();
  const auto ended = first->Watch(job->job_id);
  ASSERT_TRUE(ended.ok()) << ended.status();

  auto second = Connect();
  ASSERT_TRUE(second.ok()) << second.status();
  int events = 0;
  WatchCallbacks callbacks;
  callbacks.on_job = [&events](const Job&) { ++events; };
  callbacks.on_tile = [&events](const TileScores&) { ++events; };
  const auto same = second->Watch(job->job_id, callbacks, ended->sequence - 1);
  ASSERT_TRUE(same.ok()) << same.status();
  EXPECT_EQ(events, 1);
  EXPECT_EQ(same->state, JobState::kSucceeded);
  EXPECT_TRUE(second->Fetch(job->job_id).ok());
}

TEST_F(ClientTest, StopEndsAWatchAndNotTheJob) {
  ASSERT_NO_FATAL_FAILURE(StartServer({"--threads", "1"}));
  const auto experiment = MakeExperiment(3000, 64, 8, 256);
  ASSERT_TRUE(experiment.ok()) << experiment.status();
  std::stop_source stop;
  auto client = Connect(stop.get_token());
  ASSERT_TRUE(client.ok()) << client.status();
  const auto uploaded = client->Upload(*experiment);
  ASSERT_TRUE(uploaded.ok()) << uploaded.status();
  const auto job = client->Submit(*uploaded);
  ASSERT_TRUE(job.ok()) << job.status();
  WatchCallbacks callbacks;
  callbacks.on_job = [&stop](const Job&) { stop.request_stop(); };
  EXPECT_EQ(client->Watch(job->job_id, callbacks).status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(client->Submit(*uploaded).status().code(), absl::StatusCode::kCancelled);

  auto other = Connect();
  ASSERT_TRUE(other.ok()) << other.status();
  const auto lives = GetJob(other->connection(), job->job_id);
  ASSERT_TRUE(lives.ok()) << lives.status();
  EXPECT_FALSE(HasEnded(lives->state)) << Name(lives->state);
  EXPECT_TRUE(CancelJob(other->connection(), job->job_id).ok());
  const auto ended = other->Watch(job->job_id);
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state, JobState::kCancelled);
  const Refusal refusal =
      RefusalBy(other->Fetch(job->job_id).status(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refusal.reason, "JOB_NOT_SUCCEEDED");
  EXPECT_THAT(refusal.metadata, ElementsAre(Pair("job_id", job->job_id)));
}

// 200 words of 2 sensors and 2 times; the layer is sensor 0 at the second time.
AlignmentInputs InMemory() {
  constexpr std::int64_t kWords = 200;
  std::mt19937 generator(7);
  std::normal_distribution<float> normal;
  std::vector<float> epochs(kWords * 4);
  for (float& value : epochs) value = normal(generator);
  std::vector<float> layer;
  for (std::size_t i = 1; i < epochs.size(); i += 4) layer.push_back(epochs[i]);
  const auto tensor_of = [](std::vector<std::int64_t> shape, const std::vector<float>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(float));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return *Tensor::FromBytes({DType::kF32, std::move(shape)}, std::move(bytes));
  };
  AlignmentInputs inputs;
  inputs.brain.epochs = tensor_of({kWords, 2, 2}, epochs);
  inputs.brain.times_seconds = {0, 0.1};
  inputs.layers.push_back({tensor_of({kWords, 1}, layer), /*relative_depth=*/1.0, "layer"});
  return inputs;
}

TEST_F(ClientTest, TensorsInMemoryGiveWhatCoreGives) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  auto client = Connect();
  ASSERT_TRUE(client.ok()) << client.status();
  const auto uploaded = client->Upload(ExperimentOf(InMemory()));
  ASSERT_TRUE(uploaded.ok()) << uploaded.status();
  const auto job = client->Submit(*uploaded);
  ASSERT_TRUE(job.ok()) << job.status();
  ASSERT_TRUE(client->Watch(job->job_id).ok());
  const auto result = client->Fetch(job->job_id);
  ASSERT_TRUE(result.ok()) << result.status();

  const auto alignment = Alignment::Create(InMemory(), AlignmentOptions(), nullptr);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel = false;
  const auto here = RunAlignment(**alignment, 1, cancel, nullptr);
  ASSERT_TRUE(here.ok()) << here.status();
  EXPECT_EQ(result->alignment.score, here->score);
  EXPECT_GT(here->score[1], 0.999);
}

TEST_F(ClientTest, ExperimentWithoutSourcesIsRefusedBeforeItIsSent) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  auto client = Connect();
  ASSERT_TRUE(client.ok()) << client.status();
  Experiment experiment;
  experiment.inputs = InMemory();
  const absl::Status refused = client->Upload(experiment).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("ExperimentOf"));
  EXPECT_FALSE(RefusalOf(refused).has_value());
}

TEST_F(ClientTest, RefusalsNameFieldsTensorsAndJobs) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  auto client = Connect();
  ASSERT_TRUE(client.ok()) << client.status();
  const auto uploaded = client->Upload(ExperimentOf(InMemory()));
  ASSERT_TRUE(uploaded.ok()) << uploaded.status();

  SubmitOptions options;
  options.alignment.folds = 1;
  Refusal refusal =
      RefusalBy(client->Submit(*uploaded, options).status(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal.reason, "INVALID_FIELD");
  EXPECT_THAT(refusal.metadata, ElementsAre(Pair("field", "spec.options.folds")));
  ASSERT_EQ(refusal.fields.size(), 1U);
  EXPECT_EQ(refusal.fields[0].subject, "spec.options.folds");
  EXPECT_THAT(refusal.fields[0].description, HasSubstr("1"));
  EXPECT_FALSE(refusal.retry_delay_seconds.has_value());

  UploadedExperiment lost = *uploaded;
  lost.brain.tensor.digest = std::string(64, 'a');
  refusal = RefusalBy(client->Submit(lost).status(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refusal.reason, "TENSOR_MISSING");
  EXPECT_THAT(refusal.missing_tensors, ElementsAre(lost.brain.tensor.digest));
  EXPECT_THAT(refusal.fields, IsEmpty());

  for (const absl::Status& status :
       {client->Watch("no-such-job").status(), client->Fetch("no-such-job").status()}) {
    EXPECT_EQ(RefusalBy(status, absl::StatusCode::kNotFound).reason, "JOB_NOT_FOUND");
  }
}

TEST_F(ClientTest, RefusalOfAFullQuotaHasLimitUsageAndDelay) {
  ASSERT_NO_FATAL_FAILURE(StartServer({"--threads", "1", "--quota-queued-jobs", "1"}));
  const auto experiment = MakeExperiment(3000, 64, 8, 256);
  ASSERT_TRUE(experiment.ok()) << experiment.status();
  auto client = ConnectWithoutPatience();
  ASSERT_TRUE(client.ok()) << client.status();
  const auto uploaded = client->Upload(*experiment);
  ASSERT_TRUE(uploaded.ok()) << uploaded.status();
  const auto first = client->Submit(*uploaded);
  ASSERT_TRUE(first.ok()) << first.status();
  SubmitOptions options;
  options.alignment.pca = 2;
  const Refusal refusal =
      RefusalBy(client->Submit(*uploaded, options).status(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(refusal.reason, "QUOTA_QUEUED_JOBS");
  EXPECT_THAT(refusal.metadata, Contains(Pair("limit", "1")));
  EXPECT_THAT(refusal.metadata, Contains(Pair("usage", "1")));
  EXPECT_GT(refusal.retry_delay_seconds.value_or(0), 0);
  EXPECT_TRUE(CancelJob(client->connection(), first->job_id).ok());
}

TEST_F(ClientTest, TokenOpensAServerThatWantsOne) {
  ASSERT_NO_FATAL_FAILURE(StartServer());
  const Outcome added =
      RunProgram("brainalignd", {"token", "add", "--person", "ada", "--data", scratch_ / "server"});
  ASSERT_EQ(added.exit_code, 0) << added.err;
  Refusal refusal = RefusalBy(Connect().status(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(refusal.reason, "TOKEN_MISSING");

  ServerFlags server;
  server.address = server_->address();
  server.token = "not-a-token-of-this-server";
  refusal =
      RefusalBy(Client::Connect({.server = server}).status(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(refusal.reason, "TOKEN_UNKNOWN");
  server.token = added.out;
  const auto client = Client::Connect({.server = server});
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_EQ(client->server_info().caller.person, "ada");
}

}  // namespace
}  // namespace brainalign
