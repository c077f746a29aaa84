// Clients that open streams to hold the server's threads, and a system that starts no more of them.
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <memory>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/fakes/refused_threads.h"
#include "tests/server/access/access_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
namespace reflection = grpc::reflection::v1alpha;

constexpr int kStreams = 300;

// Of this process, which is the server's.
int CountThreads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<int>(std::distance(begin(tasks), end(tasks)));
}

// The lines of the log while one of these lives.
class CaughtLog {
 public:
  CaughtLog() : before_(spdlog::default_logger()), level_(spdlog::get_level()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("caught", std::move(sink)));
    spdlog::set_level(spdlog::level::info);
  }
  ~CaughtLog() {
    spdlog::set_default_logger(before_);
    spdlog::set_level(level_);
  }
  CaughtLog(const CaughtLog&) = delete;
  CaughtLog& operator=(const CaughtLog&) = delete;

  std::string text() {
    spdlog::default_logger()->flush();
    return text_.str();
  }

 private:
  const std::shared_ptr<spdlog::logger> before_;
  const spdlog::level::level_enum level_;
  std::ostringstream text_;
};

class ManyStreamsTest : public AccessTest {
 protected:
  void SetUp() override {
    options_.reflection = true;
    AccessTest::SetUp();
    arguments_.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    crowd_ = grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                       grpc::InsecureChannelCredentials(), arguments_);
  }

  grpc::ChannelArguments arguments_;
  std::shared_ptr<grpc::Channel> crowd_;  // one connection
};

TEST_F(ManyStreamsTest, ReflectionWithoutATokenHoldsNoThreads) {
  const int before = CountThreads();
  CaughtLog log;
  As("");
  const auto stub = reflection::ServerReflection::NewStub(crowd_);
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReaderWriter<reflection::ServerReflectionRequest,
                                                       reflection::ServerReflectionResponse>>>
      streams;
  for (int i = 0; i < kStreams; ++i) {
    contexts.push_back(std::make_unique<Context>());
    streams.push_back(stub->ServerReflectionInfo(contexts.back().get()));
  }
  for (const auto& stream : streams) {
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
  }
  EXPECT_LT(CountThreads() - before, 50);
  EXPECT_THAT(log.text(), HasSubstr("ServerReflectionInfo UNAUTHENTICATED by '' of default"));
  As(ada_);
  EXPECT_TRUE(Ask().ok());
}

TEST_F(ManyStreamsTest, ReflectionWithATokenIsLimited) {
  As(reader_);
  const auto stub = reflection::ServerReflection::NewStub(crowd_);
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReaderWriter<reflection::ServerReflectionRequest,
                                                       reflection::ServerReflectionResponse>>>
      streams;
  reflection::ServerReflectionRequest request;
  request.set_list_services("");
  reflection::ServerReflectionResponse response;
  int open = 0;
  for (int i = 0; i < 40; ++i) {
    contexts.push_back(std::make_unique<Context>());
    streams.push_back(stub->ServerReflectionInfo(contexts.back().get()));
    streams.back()->Write(request);
    if (streams.back()->Read(&response)) {
      ++open;
      continue;
    }
    const grpc::Status refused = streams.back()->Finish();
    EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_EQ(ReasonOf(refused), "TOO_MANY_CALLS");
  }
  EXPECT_LE(open, 16);
  EXPECT_TRUE(Ask().ok());
  for (const auto& context : contexts) context->TryCancel();
}

TEST_F(ManyStreamsTest, WatchesOfHealthHoldNoThreads) {
  const int before = CountThreads();
  As("");
  const auto stub = grpc::health::v1::Health::NewStub(crowd_);
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<grpc::health::v1::HealthCheckResponse>>> watches;
  grpc::health::v1::HealthCheckResponse response;
  for (int i = 0; i < 90; ++i) {  // as many as a connection may have, nearly
    contexts.push_back(std::make_unique<Context>());
    watches.push_back(stub->Watch(contexts.back().get(), {}));
    EXPECT_TRUE(watches.back()->Read(&response));
  }
  EXPECT_LT(CountThreads() - before, 50);
  As(ada_);
  EXPECT_TRUE(Ask().ok());
  for (const auto& context : contexts) context->TryCancel();
}

TEST_F(ManyStreamsTest, AConnectionHasALimitOfStreams) {
  As("");
  const auto health = grpc::health::v1::Health::NewStub(crowd_);
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<grpc::health::v1::HealthCheckResponse>>> watches;
  grpc::health::v1::HealthCheckResponse response;
  for (int i = 0; i < 100; ++i) {
    contexts.push_back(std::make_unique<Context>());
    watches.push_back(health->Watch(contexts.back().get(), {}));
    EXPECT_TRUE(watches.back()->Read(&response));
  }
  grpc::ClientContext waiting;
  waiting.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  EXPECT_EQ(health->Check(&waiting, {}, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  contexts.front()->TryCancel();
  while (watches.front()->Read(&response)) {
  }
  Context context;
  EXPECT_TRUE(health->Check(&context, {}, &response).ok());
  for (const auto& each : contexts) each->TryCancel();
}

TEST_F(ManyStreamsTest, AnUploadThatCannotStartItsThreadsLeavesEverythingAsItWas) {
  As(ada_);
  const std::string bytes = Bytes(1000, 'u');
  const std::string upload_id = StartUpload(bytes).upload_id();
  const auto send = [&] {
    Context context;
    v1::WriteUploadResponse response;
    auto writer = tensors_->WriteUpload(&context, &response);
    writer->Write(Chunk(upload_id, bytes, 0, bytes.size()));
    writer->WritesDone();
    return writer->Finish();
  };
  for (int allowed = 0; allowed < 3; ++allowed) {
    const RefusedThreads refused(allowed);
    const grpc::Status status = send();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << allowed;
    EXPECT_EQ(ReasonOf(status), "NO_THREADS");
    EXPECT_GT(DetailOf<v1::RetryInfo>(status, "RetryInfo").retry_delay().seconds(), 0);
    EXPECT_TRUE(Ask().ok());
  }
  EXPECT_TRUE(send().ok());
  EXPECT_FALSE(IsMissing(RefTo(bytes).digest()));
}

TEST_F(ManyStreamsTest, AServerThatCannotStartItsThreadsSaysSo) {
  bool started_all = false;
  int refusals = 0;
  for (int allowed = 0; !started_all; ++allowed) {
    ServerOptions others = options_;
    absl::StrAppend(&others.data_folder, "-", allowed);
    const RefusedThreads refused(allowed);
    const auto started = Server::Start(others);
    started_all = started.ok();
    if (started_all) continue;
    ++refusals;
    EXPECT_EQ(started.status().code(), absl::StatusCode::kResourceExhausted) << allowed;
    EXPECT_THAT(std::string(started.status().message()), HasSubstr("no thread can be started"));
    ASSERT_LT(allowed, 50);
  }
  // The database's own, the pool of three, the care of what is stored, and the housekeeper.
  EXPECT_GE(refusals, 24);
}

}  // namespace
}  // namespace brainalign
