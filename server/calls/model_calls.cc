#include "server/calls/model_calls.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/calls/delete_resource.h"
#include "server/rows/convert.h"
#include "server/rows/page.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

v1::Model ToWholeProto(const Model& model) {
  v1::Model proto = ToProto(model);
  for (const ModelLayer& layer : model.layers) *proto.add_layers() = ToProto(layer);
  return proto;
}

}  // namespace

absl::StatusOr<v1::CreateModelResponse> ModelCalls::CreateModel(
    const Credentials& credentials, const v1::CreateModelRequest& request) {
  return gate_->Answer<v1::CreateModelResponse>(
      credentials, Method::kCreateModel,
      [&](const Call& call, v1::CreateModelResponse& response) -> absl::Status {
        std::vector<FieldProblem> problems;
        Model model;
        model.project = call.caller().project;
        model.person = call.caller().person;
        model.request_id = request.request_id();
        model.name = request.name();
        model.display_name = request.display_name();
        model.description = request.description();
        model.family = request.family();
        model.architecture =
            ModelArchitectureFromProto(request.architecture(), "architecture", problems);
        if (request.has_parameters()) model.parameters = request.parameters();
        if (request.has_context_words()) model.context_words = request.context_words();
        if (request.has_trained()) model.trained = request.trained();
        model.word_table = request.word_table();
        for (int i = 0; i < request.layers_size(); ++i) {
          model.layers.push_back(
              ModelLayerFromProto(request.layers(i), i, absl::StrCat("layers[", i, "]"), problems));
        }
        if (!problems.empty()) return InvalidFieldsError(problems);
        const auto created = models_->Create(std::move(model));
        if (!created.ok()) return created.status();
        *response.mutable_model() = ToWholeProto(*created);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetModelResponse> ModelCalls::GetModel(const Credentials& credentials,
                                                          const v1::GetModelRequest& request) {
  return gate_->Answer<v1::GetModelResponse>(
      credentials, Method::kGetModel,
      [&](const Call& call, v1::GetModelResponse& response) -> absl::Status {
        const auto found = models_->Find(call.caller().project, request.name());
        if (!found.ok()) return found.status();
        *response.mutable_model() = ToWholeProto(*found);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListModelsResponse> ModelCalls::ListModels(
    const Credentials& credentials, const v1::ListModelsRequest& request) {
  return gate_->Answer<v1::ListModelsResponse>(
      credentials, Method::kListModels,
      [&](const Call& call, v1::ListModelsResponse& response) -> absl::Status {
        const std::string& project = call.caller().project;
        const std::string query = NameOfQuery("models", {project, request.person()});
        const auto size = PageSizeOf(request.page_size());
        if (!size.ok()) return size.status();
        const auto after = ReadPageToken(request.page_token(), query);
        if (!after.ok()) return after.status();
        const auto listed = models_->List(project, request.person(), *after, *size);
        if (!listed.ok()) return listed.status();
        for (const Model& model : *listed) {
          *response.add_models() = ToProto(model);
          const bool is_full =
              response.ByteSizeLong() > kFullPageBytes || response.models_size() == *size;
          if (!is_full) continue;
          response.set_next_page_token(MakePageToken(model.name, query));
          break;
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteModelResponse> ModelCalls::DeleteModel(
    const Credentials& credentials, const v1::DeleteModelRequest& request) {
  return gate_->Answer<v1::DeleteModelResponse>(
      credentials, Method::kDeleteModel,
      [&](const Call& call, v1::DeleteModelResponse& /*response*/) -> absl::Status {
        return DeleteResource(call, ResourceKind::kModel, request.name(), *models_);
      });
}

}  // namespace brainalign
