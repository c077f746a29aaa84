#include "tests/server/server_test.h"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/rows/digest.h"

namespace brainalign {
namespace {

template <typename Number>
std::string ListBytes(const std::vector<Number>& numbers) {
  return {static_cast<const char*>(static_cast<const void*>(numbers.data())),
          numbers.size() * sizeof(Number)};
}

}  // namespace

std::string Context::token;

Context::Context() {
  set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  if (!token.empty()) AddMetadata("authorization", "Bearer " + token);
}

ServerTest::ServerTest() {
  std::string pattern = testing::TempDir() + "/brainalign_server_XXXXXX";
  folder_ = ::mkdtemp(pattern.data());
  options_.listen_port = 0;
  options_.data_folder = folder_ + "/data";
  options_.threads = 2;
  options_.memory_budget_bytes = 1'000'000;
  options_.disk_reserve_bytes = 0;
  options_.scrub_bytes_per_second = 0;
  spdlog::set_level(spdlog::level::off);
}

ServerTest::~ServerTest() {
  workshop_.LetAllGo();
  Stop();
  std::filesystem::remove_all(folder_);
}

void ServerTest::Start() { StartWith(workshop_.Factory()); }

void ServerTest::StartWith(AlignmentFactory factory) {
  Server::Parts parts;
  parts.alignment_factory = std::move(factory);
  parts.clock = [this] { return absl::FromUnixSeconds(now_seconds_ + clock_set_by_seconds_); };
  parts.steady_clock = [this, steady = SteadySeconds()] {
    return steady() + static_cast<double>(now_seconds_);
  };
  parts.database_env = database_env_;
  parts.errors = errors_;
  parts.read_options = read_options_;
  parts.make_executor = make_executor_;
  auto server = Server::Start(options_, std::move(parts));
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                 grpc::InsecureChannelCredentials());
  tensors_ = v1::TensorService::NewStub(channel_);
  jobs_ = v1::JobService::NewStub(channel_);
  info_ = v1::ServerService::NewStub(channel_);
}

void ServerTest::Stop() { server_.reset(); }

void ServerTest::Restart() {
  Stop();
  Start();
}

void ServerTest::CrashAndRestart() {
  const std::filesystem::path image = absl::StrCat(folder_, "/image", ++images_);
  std::filesystem::create_directory(image);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.data_folder)) {
    const auto to = image / entry.path().lexically_relative(options_.data_folder);
    if (entry.is_directory()) {
      std::filesystem::create_directory(to);
    } else if (entry.is_regular_file()) {  // a socket is none
      std::filesystem::copy_file(entry.path(), to);
    }
  }
  Stop();
  options_.data_folder = image;
  Start();
}

v1::TensorRef ServerTest::Store(const std::vector<std::int64_t>& shape, float value) {
  std::int64_t count = 1;
  for (const std::int64_t length : shape) count *= length;
  std::string bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    bytes.append(static_cast<const char*>(static_cast<const void*>(&value)), sizeof(value));
  }
  return StoreBytes(shape, bytes);
}

v1::TensorRef ServerTest::StoreList(const std::vector<double>& numbers) {
  return StoreBytes({std::ssize(numbers)}, ListBytes(numbers), v1::DATA_TYPE_F64);
}

v1::TensorRef ServerTest::StoreList(const std::vector<std::int64_t>& numbers) {
  return StoreBytes({std::ssize(numbers)}, ListBytes(numbers), v1::DATA_TYPE_I64);
}

v1::TensorRef ServerTest::StoreBytes(const std::vector<std::int64_t>& shape,
                                     const std::string& bytes, v1::DataType data_type) {
  v1::StartUploadRequest request;
  request.mutable_tensor()->set_digest(HexSha256Of(bytes));
  request.mutable_tensor()->mutable_spec()->set_data_type(data_type);
  request.mutable_tensor()->mutable_spec()->mutable_shape()->Assign(shape.begin(), shape.end());
  request.set_size_bytes(static_cast<std::int64_t>(bytes.size()));
  v1::StartUploadResponse started;
  Context start_context;
  grpc::Status status = tensors_->StartUpload(&start_context, request, &started);
  EXPECT_TRUE(status.ok()) << status.error_message();
  if (started.upload().complete()) return request.tensor();
  Context context;
  v1::WriteUploadResponse written;
  auto writer = tensors_->WriteUpload(&context, &written);
  constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
  for (std::size_t offset = 0; offset < bytes.size(); offset += kChunkBytes) {
    writer->Write(Chunk(started.upload().upload_id(), bytes, offset, kChunkBytes));
  }
  writer->WritesDone();
  status = writer->Finish();
  EXPECT_TRUE(status.ok() && written.upload().complete()) << status.error_message();
  return request.tensor();
}

v1::CreateJobRequest ServerTest::MakeLongRequest(int layers, int times) {
  v1::CreateJobRequest request = MakeRequest(layers);
  v1::BrainInput& brain = *request.mutable_spec()->mutable_brain();
  brain.clear_epochs();
  brain.clear_times_seconds();
  *brain.mutable_continuous() = Store({2, 1000}, 1);
  brain.set_sfreq_hz(30);
  std::vector<double> onsets;
  for (int word = 0; word < 20; ++word) onsets.push_back(word);
  *brain.mutable_onsets_seconds() = StoreList(onsets);
  for (int time = 0; time < times; ++time) brain.add_times_seconds(0.001 * time);
  return request;
}

v1::CreateJobRequest ServerTest::MakeRequest(int layers, std::int64_t words) {
  v1::CreateJobRequest request;
  request.set_request_id(absl::StrCat("request-", ++requests_));
  request.set_display_name("a job");
  v1::AlignmentSpec& spec = *request.mutable_spec();
  *spec.mutable_brain()->mutable_epochs() = Store({words, 3, 4}, 1);
  for (const double time : {0.0, 0.1, 0.2, 0.3}) spec.mutable_brain()->add_times_seconds(time);
  for (int i = 0; i < layers; ++i) {
    v1::LayerInput& layer = *spec.add_layers();
    *layer.mutable_activations() = Store({words, 2}, static_cast<float>(i));
    layer.set_relative_depth((i + 1.0) / layers);
    layer.set_name(absl::StrCat("layer ", i));
  }
  return request;
}

v1::Job ServerTest::Create(const v1::CreateJobRequest& request) {
  Context context;
  v1::CreateJobResponse response;
  const grpc::Status status = jobs_->CreateJob(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

grpc::Status ServerTest::TryCreate(const v1::CreateJobRequest& request) {
  Context context;
  v1::CreateJobResponse response;
  return jobs_->CreateJob(&context, request, &response);
}

v1::Job ServerTest::Get(const std::string& job_id) {
  Context context;
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::GetJobResponse response;
  const grpc::Status status = jobs_->GetJob(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

v1::Job ServerTest::Cancel(const std::string& job_id) {
  Context context;
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  v1::CancelJobResponse response;
  const grpc::Status status = jobs_->CancelJob(&context, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response.job();
}

grpc::Status ServerTest::TryGet(const std::string& job_id) {
  Context context;
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  v1::GetJobResponse response;
  return jobs_->GetJob(&context, request, &response);
}

grpc::Status ServerTest::TryDelete(const std::string& job_id) {
  Context context;
  v1::DeleteJobRequest request;
  request.set_job_id(job_id);
  v1::DeleteJobResponse response;
  return jobs_->DeleteJob(&context, request, &response);
}

std::vector<v1::WatchJobResponse> ServerTest::Watch(const std::string& job_id, std::int64_t after,
                                                    grpc::Status* status) {
  Context context;
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  request.set_after_sequence(after);
  auto reader = jobs_->WatchJob(&context, request);
  std::vector<v1::WatchJobResponse> events;
  v1::WatchJobResponse event;
  while (reader->Read(&event)) {
    if (!event.has_heartbeat()) events.push_back(event);
  }
  const grpc::Status ended = reader->Finish();
  if (status != nullptr) {
    *status = ended;
  } else {
    EXPECT_TRUE(ended.ok()) << ended.error_message();
  }
  return events;
}

v1::Job ServerTest::Await(const std::string& job_id, v1::JobState state, v1::JobReason reason) {
  Context context;
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  auto reader = jobs_->WatchJob(&context, request);
  v1::WatchJobResponse event;
  while (reader->Read(&event)) {
    if (!event.has_job() || event.job().state() != state) continue;
    if (reason != v1::JOB_REASON_UNSPECIFIED && event.job().reason() != reason) continue;
    context.TryCancel();
    return event.job();
  }
  const grpc::Status ended = reader->Finish();
  ADD_FAILURE() << "job " << job_id << " never reached state " << v1::JobState_Name(state) << ", "
                << ended.error_message() << "; it is " << Get(job_id).ShortDebugString();
  return {};
}

grpc::Status ServerTest::Result(const std::string& job_id, v1::AlignmentResult* result) {
  Context context;
  v1::GetJobResultRequest request;
  request.set_job_id(job_id);
  v1::GetJobResultResponse response;
  grpc::Status status = jobs_->GetJobResult(&context, request, &response);
  *result = response.result();
  return status;
}

std::vector<v1::ReadUncertaintyResponse> ServerTest::Uncertainty(const std::string& job_id,
                                                                 grpc::StatusCode code) {
  Context context;
  v1::ReadUncertaintyRequest request;
  request.set_job_id(job_id);
  auto reader = jobs_->ReadUncertainty(&context, request);
  std::vector<v1::ReadUncertaintyResponse> responses;
  for (v1::ReadUncertaintyResponse one; reader->Read(&one);) responses.push_back(one);
  const grpc::Status status = reader->Finish();
  EXPECT_EQ(status.error_code(), code) << status.error_message();
  return responses;
}

std::string ServerTest::ReadArray(const std::string& job_id, const std::string& name,
                                  std::int64_t offset, grpc::Status* status) {
  Context context;
  v1::ReadResultArrayRequest request;
  request.set_job_id(job_id);
  request.set_name(name);
  request.set_offset_bytes(offset);
  auto reader = jobs_->ReadResultArray(&context, request);
  std::string bytes;
  for (v1::ReadResultArrayResponse chunk; reader->Read(&chunk);) {
    EXPECT_EQ(chunk.offset_bytes(), offset + static_cast<std::int64_t>(bytes.size()));
    EXPECT_LE(chunk.data().size(), std::size_t{1} << 20);
    EXPECT_EQ(chunk.crc32c(), Crc32c(chunk.data().data(), chunk.data().size()));
    bytes += chunk.data();
  }
  *status = reader->Finish();
  return bytes;
}

std::string Noise(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::string bytes;
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = normal(random);
    bytes.append(static_cast<const char*>(static_cast<const void*>(&value)), sizeof(value));
  }
  return bytes;
}

std::string Bytes(std::size_t size, char seed) {
  std::string bytes(size, '\0');
  unsigned state = static_cast<unsigned char>(seed) + 1U;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

v1::TensorRef RefTo(const std::string& bytes) {
  v1::TensorRef ref;
  ref.set_digest(HexSha256Of(bytes));
  ref.mutable_spec()->set_data_type(v1::DATA_TYPE_I16);
  ref.mutable_spec()->add_shape(static_cast<std::int64_t>(bytes.size() / 2));
  return ref;
}

v1::WriteUploadRequest Chunk(const std::string& upload_id, const std::string& bytes,
                             std::size_t offset, std::size_t size) {
  v1::WriteUploadRequest chunk;
  chunk.set_upload_id(upload_id);
  chunk.set_offset_bytes(static_cast<std::int64_t>(offset));
  chunk.set_data(bytes.substr(offset, size));
  chunk.set_crc32c(Crc32c(chunk.data().data(), chunk.data().size()));
  return chunk;
}

v1::ErrorStatus DetailsOf(const grpc::Status& status) {
  v1::ErrorStatus details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(details.message(), status.error_message());
  return details;
}

std::string ReasonOf(const grpc::Status& status) {
  return DetailOf<v1::ErrorInfo>(status, "ErrorInfo").reason();
}

std::vector<std::int64_t> Sequences(const std::vector<v1::WatchJobResponse>& events) {
  std::vector<std::int64_t> sequences;
  for (const auto& event : events) sequences.push_back(event.sequence());
  return sequences;
}

std::vector<int> Tiles(const std::vector<v1::WatchJobResponse>& events) {
  std::vector<int> tiles;
  for (const auto& event : events) {
    if (event.has_tile()) tiles.push_back(event.tile().tile());
  }
  return tiles;
}

}  // namespace brainalign
