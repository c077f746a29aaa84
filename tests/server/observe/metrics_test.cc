// Metrics of a running server, as Prometheus reads them.
#include <map>
#include <regex>
#include <sstream>

#include "core/version.h"
#include "gmock/gmock.h"
#include "tests/server/observe/scrape.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Ge;
using testing::Gt;
using testing::HasSubstr;
using testing::Key;
using testing::Le;
using testing::Lt;
using testing::Not;
using testing::Pair;

class MetricsTest : public ServerTest {
 protected:
  MetricsTest() { options_.metrics_address = "127.0.0.1:0"; }

  std::map<std::string, double> Read() { return Scrape(server_->metrics_port()); }
};

TEST_F(MetricsTest, NamesAreAsPrometheusWantsThem) {
  Start();
  Create(MakeRequest(1));
  std::istringstream lines(HttpGet(server_->metrics_port(), "/metrics"));
  const std::regex name("^(brainalign|process|exposer)_[a-z_]+$");
  std::map<std::string, std::string> types;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash, what, metric, type;
    words >> hash >> what >> metric >> type;
    if (hash != "#" || what != "TYPE") continue;
    EXPECT_TRUE(std::regex_match(metric, name)) << metric;
    EXPECT_TRUE(types.emplace(metric, type).second) << metric << " is there twice";
    const bool total = metric.size() > 6 && metric.substr(metric.size() - 6) == "_total";
    EXPECT_EQ(total, type == "counter") << metric << " is a " << type;
  }
  EXPECT_EQ(types["brainalign_call_duration_seconds"], "histogram");
  EXPECT_EQ(types["brainalign_store_commit_duration_seconds"], "histogram");
  EXPECT_EQ(types["brainalign_jobs"], "gauge");
}

TEST_F(MetricsTest, OtherPathsAreNotFoundAndNothingIsHurt) {
  Start();
  for (const std::string path : {"/", "/favicon.ico", "/x/metrics"}) {
    EXPECT_EQ(HttpStatus(server_->metrics_port(), path), 404) << path;
  }
  EXPECT_EQ(HttpStatus(server_->metrics_port(), "/" + std::string(20'000, 'a')), 400);
  EXPECT_EQ(Read()["brainalign_draining"], 0);
}

TEST_F(MetricsTest, CallsAreCountedByMethodAndCode) {
  Start();
  for (int i = 0; i < 3; ++i) {
    Context context;
    v1::GetServerInfoResponse info;
    ASSERT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
  }
  EXPECT_FALSE(TryGet("none").ok());
  const auto metrics = Read();
  const std::string count = "brainalign_call_duration_seconds_count";
  EXPECT_THAT(metrics, Contains(Pair(count + "{code=\"OK\",method=\"GetServerInfo\"}", 3)));
  EXPECT_THAT(metrics, Contains(Pair(count + "{code=\"NOT_FOUND\",method=\"GetJob\"}", 1)));
  EXPECT_THAT(metrics, Contains(Pair("brainalign_call_duration_seconds_bucket{code=\"NOT_FOUND\","
                                     "method=\"GetJob\",le=\"+Inf\"}",
                                     1)));
}

TEST_F(MetricsTest, QueueMemoryAndWaitAreTold) {
  workshop_.Hold();
  workshop_.SetPlan({600'000, 100, 100});
  Start();
  const v1::Job first = Create(MakeRequest(1));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  const v1::Job second = Create(MakeRequest(2));
  Await(second.job_id(), v1::JOB_STATE_QUEUED, v1::JOB_REASON_WAITING_FOR_MEMORY);
  now_seconds_ += 90;
  auto metrics = Read();
  EXPECT_EQ(metrics["brainalign_jobs{state=\"running\"}"], 1);
  EXPECT_EQ(metrics["brainalign_jobs{state=\"queued\"}"], 1);
  EXPECT_THAT(metrics["brainalign_queue_oldest_wait_seconds"], AllOf(Ge(90), Lt(120)));
  EXPECT_EQ(metrics["brainalign_engine_executions"], 1);
  EXPECT_EQ(metrics["brainalign_engine_memory_budget_bytes"], 1'000'000);
  EXPECT_THAT(metrics["brainalign_engine_memory_reserved_bytes"], AllOf(Gt(599'999), Le(1e6)));
  EXPECT_EQ(metrics["brainalign_engine_threads"], 2);
  workshop_.LetAllGo();
  Await(second.job_id(), v1::JOB_STATE_SUCCEEDED);
  metrics = Read();
  EXPECT_EQ(metrics["brainalign_jobs{state=\"running\"}"], 0);
  EXPECT_EQ(metrics["brainalign_queue_oldest_wait_seconds"], 0);
  EXPECT_EQ(metrics["brainalign_jobs_ended_total{state=\"succeeded\"}"], 2);
  EXPECT_EQ(metrics["brainalign_engine_units_total{phase=\"tile\"}"], 3);
  EXPECT_GT(metrics["brainalign_engine_unit_seconds_total{phase=\"tile\"}"], 0);
}

TEST_F(MetricsTest, JobsAreCountedByHowTheyWereAnsweredAndHowTheyEnded) {
  workshop_.Hold();
  Start();
  v1::CreateJobRequest request = MakeRequest(1);
  const v1::Job computed = Create(request);
  request.set_request_id("another");
  const v1::Job joined = Create(request);
  workshop_.LetAllGo();
  Await(joined.job_id(), v1::JOB_STATE_SUCCEEDED);
  request.set_request_id("a third");
  EXPECT_EQ(Create(request).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  workshop_.SetTileError(absl::InternalError("no"));
  Await(Create(MakeRequest(2)).job_id(), v1::JOB_STATE_FAILED);
  auto metrics = Read();
  EXPECT_EQ(metrics["brainalign_result_cache_misses_total"], 2);
  EXPECT_EQ(metrics["brainalign_result_cache_joins_total"], 1);
  EXPECT_EQ(metrics["brainalign_result_cache_hits_total"], 1);
  EXPECT_EQ(metrics["brainalign_jobs_ended_total{state=\"succeeded\"}"], 3);
  EXPECT_EQ(metrics["brainalign_jobs_ended_total{state=\"failed\"}"], 1);
  EXPECT_EQ(metrics["brainalign_jobs_ended_total{state=\"cancelled\"}"], 0);
}

TEST_F(MetricsTest, UploadsAndTheirBytesAreCountedOnce) {
  Start();
  const std::string bytes = Bytes(40, 'x');
  v1::StartUploadRequest request;
  *request.mutable_tensor() = RefTo(bytes);
  request.set_size_bytes(40);
  v1::StartUploadResponse started;
  Context start;
  ASSERT_TRUE(tensors_->StartUpload(&start, request, &started).ok());
  EXPECT_EQ(Read()["brainalign_uploads_open"], 1);
  // A part of it, and then, in another call, all of it.
  for (const std::size_t size : {std::size_t{16}, std::size_t{40}}) {
    Context context;
    v1::WriteUploadResponse written;
    auto writer = tensors_->WriteUpload(&context, &written);
    writer->Write(Chunk(started.upload().upload_id(), bytes, 0, size));
    writer->WritesDone();
    ASSERT_TRUE(writer->Finish().ok());
  }
  auto metrics = Read();
  EXPECT_EQ(metrics["brainalign_uploads_open"], 0);
  EXPECT_EQ(metrics["brainalign_uploads_started_total"], 1);
  EXPECT_EQ(metrics["brainalign_uploads_resumed_total"], 1);
  EXPECT_EQ(metrics["brainalign_uploads_completed_total"], 1);
  EXPECT_EQ(metrics["brainalign_upload_received_bytes_total"], 40);
}

TEST_F(MetricsTest, OpenWatchesAreCounted) {
  workshop_.Hold();
  Start();
  const v1::Job job = Create(MakeRequest(1));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  Context context;
  v1::WatchJobRequest request;
  request.set_job_id(job.job_id());
  auto reader = jobs_->WatchJob(&context, request);
  v1::WatchJobResponse event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(Read()["brainalign_calls_open{method=\"WatchJob\"}"], 1);
  workshop_.LetAllGo();
  while (reader->Read(&event)) {
  }
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_EQ(Read()["brainalign_calls_open{method=\"WatchJob\"}"], 0);
}

TEST_F(MetricsTest, DiskProcessAndVersionAreTold) {
  options_.disk_reserve_bytes = 1234;
  Start();
  auto metrics = Read();
  EXPECT_EQ(metrics["brainalign_disk_soft_mark_bytes"], 1234);
  EXPECT_EQ(metrics["brainalign_disk_hard_mark_bytes"], 256 << 20);
  EXPECT_EQ(metrics["brainalign_disk_read_only"], 0);
  EXPECT_EQ(metrics["brainalign_storage_damaged_total"], 0);
  EXPECT_GT(metrics["brainalign_disk_free_bytes"], 0);
  EXPECT_EQ(metrics["process_start_time_seconds"], now_seconds_);
  EXPECT_GT(metrics["process_resident_memory_bytes"], 1e6);
  EXPECT_GT(metrics["process_open_fds"], 3);
  EXPECT_GT(metrics["process_max_fds"], metrics["process_open_fds"]);
  EXPECT_GT(metrics["process_cpu_seconds_total"], 0);
  EXPECT_EQ(metrics[std::string("brainalign_build_info{version=\"") + Version() + "\"}"], 1);
  EXPECT_THAT(metrics, Not(Contains(Key(HasSubstr("certificate")))));
}

TEST_F(MetricsTest, CommitsAreTimed) {
  Start();
  const std::string count = "brainalign_store_commit_duration_seconds_count";
  const double before = Read()[count];
  const v1::Job job = Create(MakeRequest(1));
  Await(job.job_id(), v1::JOB_STATE_SUCCEEDED);
  // At least: two tensors, the job queued, started, its tile and its end.
  EXPECT_GE(Read()[count], before + 6);
}

TEST_F(MetricsTest, WithoutTheOptionNothingListens) {
  options_.metrics_address.clear();
  Start();
  EXPECT_EQ(server_->metrics_port(), 0);
}

TEST_F(MetricsTest, PortInUseIsSaid) {
  Start();
  ServerOptions second = options_;
  second.data_folder += "-of another";
  second.metrics_address = "127.0.0.1:" + std::to_string(server_->metrics_port());
  const auto started = Server::Start(second);
  EXPECT_EQ(started.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(started.status().message()), HasSubstr("choose another --metrics"));
}

}  // namespace
}  // namespace brainalign
