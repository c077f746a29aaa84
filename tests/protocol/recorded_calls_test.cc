// What a client of each release said, today's server still understands, and
// answers as that client expects: the recorded bytes are sent again.
#include <google/protobuf/util/message_differencer.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "brainalign/v1/error.pb.h"
#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/server.pb.h"
#include "brainalign/v1/tensor.pb.h"
#include "gtest/gtest.h"
#include "tests/end_to_end/running_server.h"
#include "tests/fakes/result_values.h"

namespace brainalign {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

struct RecordedCall {
  std::string method;
  std::vector<std::string> requests;
  int code = 0;
  std::string details;
  std::vector<std::string> responses;
};

std::string Decode(const nlohmann::json& text) {
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(text.get<std::string>(), &bytes));
  return bytes;
}

std::vector<RecordedCall> ReadCalls(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<RecordedCall> calls;
  for (const nlohmann::json& json : nlohmann::json::parse(file)) {
    RecordedCall call;
    call.method = json["method"];
    call.code = json["code"];
    call.details = Decode(json["details"]);
    for (const auto& request : json["requests"]) call.requests.push_back(Decode(request));
    for (const auto& response : json["responses"]) call.responses.push_back(Decode(response));
    calls.push_back(std::move(call));
  }
  return calls;
}

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(buffer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(static_cast<const char*>(static_cast<const void*>(slice.begin())), slice.size());
  }
  return bytes;
}

// Sends bytes and takes bytes; every method can be called as if both sides streamed.
class BareClient {
 public:
  explicit BareClient(const std::string& address)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}
  ~BareClient() { queue_.Shutdown(); }

  RecordedCall Call(const std::string& method, const std::vector<std::string>& requests) {
    RecordedCall made;
    made.method = method;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    const auto stream = stub_.PrepareCall(&context, method, &queue_);
    stream->StartCall(&queue_);
    Next();
    for (const std::string& request : requests) {
      stream->Write(ToBuffer(request), &queue_);
      if (!Next()) break;
    }
    stream->WritesDone(&queue_);
    Next();
    for (;;) {
      grpc::ByteBuffer response;
      stream->Read(&response, &queue_);
      if (!Next()) break;
      made.responses.push_back(ToBytes(response));
    }
    grpc::Status status;
    stream->Finish(&status, &queue_);
    Next();
    made.code = status.error_code();
    made.details = status.error_details();
    return made;
  }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
};

std::unique_ptr<Message> AnswerOf(const std::string& method) {
  static const auto& makers = *new std::map<std::string, const Message*>{
      {"GetServerInfo", &v1::GetServerInfoResponse::default_instance()},
      {"FindMissingTensors", &v1::FindMissingTensorsResponse::default_instance()},
      {"StartUpload", &v1::StartUploadResponse::default_instance()},
      {"WriteUpload", &v1::WriteUploadResponse::default_instance()},
      {"QueryUpload", &v1::QueryUploadResponse::default_instance()},
      {"CancelUpload", &v1::CancelUploadResponse::default_instance()},
      {"ReadTensor", &v1::ReadTensorResponse::default_instance()},
      {"CreateJob", &v1::CreateJobResponse::default_instance()},
      {"WatchJob", &v1::WatchJobResponse::default_instance()},
      {"GetJob", &v1::GetJobResponse::default_instance()},
      {"GetJobResult", &v1::GetJobResultResponse::default_instance()},
      {"ReadResultArray", &v1::ReadResultArrayResponse::default_instance()},
      {"CancelJob", &v1::CancelJobResponse::default_instance()},
      {"ListJobs", &v1::ListJobsResponse::default_instance()}};
  return std::unique_ptr<Message>(makers.at(method.substr(method.rfind('/') + 1))->New());
}

// Ids that a server makes up, and what they were in the recording.
void Learn(const Message& recorded, const Message& made, std::map<std::string, std::string>& ids) {
  const auto* descriptor = recorded.GetDescriptor();
  const auto* reflection = recorded.GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    if (field->is_repeated()) continue;
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      if (!reflection->HasField(recorded, field) || !reflection->HasField(made, field)) continue;
      Learn(reflection->GetMessage(recorded, field), reflection->GetMessage(made, field), ids);
    } else if (field->name() == "upload_id" || field->name() == "job_id") {
      const std::string before = reflection->GetString(recorded, field);
      if (!before.empty()) ids[before] = reflection->GetString(made, field);
    }
  }
}

std::string ReasonOf(const std::string& details) {
  v1::ErrorStatus status;
  EXPECT_TRUE(status.ParseFromString(details));
  for (const google::protobuf::Any& any : status.details()) {
    v1::ErrorInfo info;
    if (any.type_url() == "type.googleapis.com/google.rpc.ErrorInfo" &&
        info.ParseFromString(any.value())) {
      return info.reason();
    }
  }
  return "";
}

// Fields that may differ between any two servers, or any two runs of one.
bool Varies(const std::string& name) {
  static const std::set<std::string> names = {"upload_id",
                                              "job_id",
                                              "expire_time",
                                              "create_time",
                                              "start_time",
                                              "end_time",
                                              "version",
                                              "numerics_version",
                                              "cache_key",
                                              "memory_bytes",
                                              "estimated_seconds",
                                              "expected_start_seconds",
                                              "expected_end_seconds",
                                              "queue_place",
                                              "storage",
                                              "brain_cache",
                                              "memory_budget_bytes",
                                              "threads",
                                              "disk_free_bytes",
                                              "compute_seconds",
                                              "sequence",
                                              "tiles_total",
                                              "tiles_done",
                                              "limits",
                                              "state",
                                              "jobs_running",
                                              "jobs_queued"};
  return names.count(name) != 0;
}

// Every field that the recorded message has, but for those that vary, is there with
// the same value; numbers up to rounding, as the numerics may have a new version.
void ExpectAnswers(const Message& recorded, const Message& made, bool is_state_settled) {
  MessageDifferencer differencer;
  differencer.set_scope(MessageDifferencer::PARTIAL);
  google::protobuf::util::DefaultFieldComparator comparator;
  comparator.set_float_comparison(google::protobuf::util::DefaultFieldComparator::APPROXIMATE);
  comparator.set_treat_nan_as_equal(true);
  comparator.SetDefaultFractionAndMargin(1e-6, 1e-9);
  differencer.set_field_comparator(&comparator);
  class Varying : public MessageDifferencer::IgnoreCriteria {
   public:
    explicit Varying(bool settled) : settled_(settled) {}
    bool IsIgnored(const Message& /*message1*/, const Message& /*message2*/,
                   const google::protobuf::FieldDescriptor* field,
                   const std::vector<MessageDifferencer::SpecificField>& /*parents*/) override {
      return Varies(field->name()) && !(settled_ && field->name() == "state");
    }

   private:
    const bool settled_;
  };
  differencer.AddIgnoreCriteria(new Varying(is_state_settled));
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(recorded, made)) << difference;
}

// The elements of a result's arrays, which it takes out of the message: as numbers they are
// compared up to rounding.
std::map<std::string, std::vector<double>> TakeArrays(Message& message) {
  std::map<std::string, std::vector<double>> arrays;
  auto* const response = dynamic_cast<v1::GetJobResultResponse*>(&message);
  if (response == nullptr) return arrays;
  for (v1::ResultArray& array : *response->mutable_result()->mutable_arrays()) {
    arrays[array.name()] = NumbersOf(array.data(), array.data_type() == v1::DATA_TYPE_I64);
    array.clear_data();
  }
  return arrays;
}

void ExpectArrays(const std::map<std::string, std::vector<double>>& recorded,
                  const std::map<std::string, std::vector<double>>& made) {
  for (const auto& [name, values] : recorded) {
    ASSERT_EQ(made.count(name), 1U) << name;
    const std::vector<double>& now = made.at(name);
    ASSERT_EQ(now.size(), values.size()) << name;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) {
        EXPECT_TRUE(std::isnan(now[i])) << name << " " << i;
      } else {
        EXPECT_NEAR(now[i], values[i], 1e-9 + 1e-6 * std::abs(values[i])) << name << " " << i;
      }
    }
  }
}

class RecordedCallsTest : public testing::TestWithParam<std::string> {};

TEST_P(RecordedCallsTest, AreAnsweredAsTheyWere) {
  const std::vector<RecordedCall> calls =
      ReadCalls(std::string(BRAINALIGN_RECORDED_CALLS "/") + GetParam() + ".json");
  ASSERT_GT(calls.size(), 20U);
  std::string pattern = testing::TempDir() + "/brainalign_recorded_XXXXXX";
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  const std::unique_ptr<RunningServer> server = RunningServer::Start(pattern + "/data");
  ASSERT_NE(server, nullptr);
  BareClient client(server->address());
  std::map<std::string, std::string> ids;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const RecordedCall& recorded = calls[i];
    SCOPED_TRACE("call " + std::to_string(i) + ", " + recorded.method);
    std::vector<std::string> requests;
    for (const std::string& request : recorded.requests) {
      requests.push_back(absl::StrReplaceAll(absl::string_view(request), ids));
    }
    const RecordedCall made = client.Call(recorded.method, requests);
    ASSERT_EQ(made.code, recorded.code) << made.details;
    if (recorded.code != 0) {
      EXPECT_EQ(ReasonOf(made.details), ReasonOf(recorded.details));
      continue;
    }
    ASSERT_FALSE(made.responses.empty());
    // Of a stream of events the last tells how it ended; how many there are is the
    // engine's business.
    const bool is_watch = recorded.method.find("WatchJob") != std::string::npos;
    ASSERT_TRUE(is_watch || made.responses.size() == recorded.responses.size());
    const std::unique_ptr<Message> before = AnswerOf(recorded.method);
    const std::unique_ptr<Message> now = AnswerOf(recorded.method);
    ASSERT_TRUE(before->ParseFromString(recorded.responses.back()));
    ASSERT_TRUE(now->ParseFromString(made.responses.back()));
    Learn(*before, *now, ids);
    // A job that was just made may or may not run already.
    const bool is_new = recorded.method.find("CreateJob") != std::string::npos;
    ExpectArrays(TakeArrays(*before), TakeArrays(*now));
    ExpectAnswers(*before, *now, !is_new);
  }
  EXPECT_EQ(server->Stop(), 0);
  std::filesystem::remove_all(pattern);
}

std::vector<std::string> Releases() {
  std::vector<std::string> releases;
  for (const auto& entry : std::filesystem::directory_iterator(BRAINALIGN_RECORDED_CALLS)) {
    releases.push_back(entry.path().stem().string());
  }
  std::sort(releases.begin(), releases.end());
  return releases;
}

INSTANTIATE_TEST_SUITE_P(
    Releases, RecordedCallsTest, testing::ValuesIn(Releases()), [](const auto& release) {
      return absl::StrReplaceAll(absl::string_view(release.param), {{".", "_"}});
    });

}  // namespace
}  // namespace brainalign
