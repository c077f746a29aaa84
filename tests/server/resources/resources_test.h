#ifndef BRAINALIGN_TESTS_SERVER_RESOURCES_RESOURCES_TEST_H_
#define BRAINALIGN_TESTS_SERVER_RESOURCES_RESOURCES_TEST_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/model.grpc.pb.h"
#include "brainalign/v1/word_table.grpc.pb.h"
#include "tests/server/access/sealed_recording_test.h"

namespace brainalign {

// The lab with its recording of 20 words, and with word tables and models.
class ResourcesTest : public SealedRecordingTest {
 protected:
  static constexpr std::int64_t kWords = 20;

  void SetUp() override {
    SealedRecordingTest::SetUp();
    Reach();
    As(ada_);
  }

  void ReachAgain() {
    Restart();
    Reach();
  }

  // An onset and an index for each word.
  v1::CreateWordTableRequest Table(const std::string& name, std::int64_t words = kWords) {
    std::vector<double> onsets;
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < words; ++i) {
      onsets.push_back(0.5 * static_cast<double>(i));
      indices.push_back(i);
    }
    v1::CreateWordTableRequest request;
    request.set_request_id("table " + name);
    request.set_name(name);
    request.set_display_name("A story");
    AddColumn("onset", v1::WORD_COLUMN_TYPE_NUMBER, StoreList(onsets), request);
    AddColumn("index", v1::WORD_COLUMN_TYPE_INTEGER, StoreList(indices), request);
    return request;
  }

  static void AddColumn(const std::string& name, v1::WordColumnType type,
                        const v1::TensorRef& values, v1::CreateWordTableRequest& request) {
    v1::WordColumn& column = *request.add_columns();
    column.set_name(name);
    column.set_type(type);
    *column.mutable_values() = values;
  }

  v1::CreateModelRequest Described(const std::string& name, int layers = 2) {
    v1::CreateModelRequest request;
    request.set_request_id("model " + name);
    request.set_name(name);
    request.set_display_name("GPT-2");
    request.set_family("gpt2");
    request.set_architecture(v1::MODEL_ARCHITECTURE_TRANSFORMER);
    request.set_context_words(1024);
    request.set_trained(false);
    for (int i = 0; i < layers; ++i) {
      v1::ModelLayer& layer = *request.add_layers();
      layer.set_index(3 * i);
      *layer.mutable_layer()->mutable_activations() = Store({kWords, 2}, static_cast<float>(i + 5));
      layer.mutable_layer()->set_relative_depth((i + 1.0) / layers);
      layer.mutable_layer()->set_name(absl::StrCat("h.", i));
    }
    return request;
  }

  grpc::Status TryCreateTable(const v1::CreateWordTableRequest& request,
                              v1::WordTable* table = nullptr) {
    Context context;
    v1::CreateWordTableResponse response;
    const grpc::Status status = word_tables_->CreateWordTable(&context, request, &response);
    if (table != nullptr) *table = response.word_table();
    return status;
  }

  grpc::Status TryCreateModel(const v1::CreateModelRequest& request, v1::Model* model = nullptr) {
    Context context;
    v1::CreateModelResponse response;
    const grpc::Status status = models_->CreateModel(&context, request, &response);
    if (model != nullptr) *model = response.model();
    return status;
  }

  grpc::Status TryGetModel(const std::string& name, v1::Model* model = nullptr) {
    Context context;
    v1::GetModelRequest request;
    request.set_name(name);
    v1::GetModelResponse response;
    const grpc::Status status = models_->GetModel(&context, request, &response);
    if (model != nullptr) *model = response.model();
    return status;
  }

  grpc::Status TryGetTable(const std::string& name, v1::WordTable* table = nullptr) {
    Context context;
    v1::GetWordTableRequest request;
    request.set_name(name);
    v1::GetWordTableResponse response;
    const grpc::Status status = word_tables_->GetWordTable(&context, request, &response);
    if (table != nullptr) *table = response.word_table();
    return status;
  }

  grpc::Status TryDeleteModel(const std::string& name) {
    Context context;
    v1::DeleteModelRequest request;
    request.set_name(name);
    v1::DeleteModelResponse response;
    return models_->DeleteModel(&context, request, &response);
  }

  grpc::Status TryDeleteTable(const std::string& name) {
    Context context;
    v1::DeleteWordTableRequest request;
    request.set_name(name);
    v1::DeleteWordTableResponse response;
    return word_tables_->DeleteWordTable(&context, request, &response);
  }

  // The lab's recording, which names a word table unless it is empty.
  grpc::Status TryCreateRecording(const std::string& name, const std::string& word_table) {
    Context context;
    v1::CreateRecordingRequest request;
    request.set_request_id("recording " + name);
    request.set_name(name);
    *request.mutable_brain() = brain_;
    request.set_word_table(word_table);
    v1::CreateRecordingResponse response;
    return recordings_->CreateRecording(&context, request, &response);
  }

  static v1::CreateJobRequest Job(const std::string& recording, const std::string& model) {
    v1::CreateJobRequest request;
    request.set_request_id(absl::StrCat("job on ", recording, " and ", model));
    request.mutable_spec()->mutable_brain()->set_recording(recording);
    request.mutable_spec()->set_model(model);
    return request;
  }

  void Reach() {
    recordings_ = v1::RecordingService::NewStub(channel_);
    word_tables_ = v1::WordTableService::NewStub(channel_);
    models_ = v1::ModelService::NewStub(channel_);
  }

  std::unique_ptr<v1::WordTableService::Stub> word_tables_;
  std::unique_ptr<v1::ModelService::Stub> models_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_RESOURCES_RESOURCES_TEST_H_
