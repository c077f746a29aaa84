#include "client/resources/model_calls.h"

#include "absl/strings/str_cat.h"
#include "client/connection/pages.h"
#include "client/tensors/digest.h"
#include "client/wire/brain_from_proto.h"
#include "client/wire/enum_names.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/spec_to_proto.h"

namespace brainalign {
namespace {

constexpr char kArchitecture[] = "MODEL_ARCHITECTURE_";

Model FromProto(const v1::Model& proto) {
  Model model;
  model.name = proto.name();
  ModelFacts& facts = model.facts;
  facts.display_name = proto.display_name();
  facts.description = proto.description();
  facts.family = proto.family();
  if (proto.architecture() != v1::MODEL_ARCHITECTURE_UNSPECIFIED) {
    facts.architecture = NameOfEnum(v1::ModelArchitecture_Name(proto.architecture()), kArchitecture,
                                    proto.architecture());
  }
  if (proto.has_parameters()) facts.parameters = proto.parameters();
  if (proto.has_context_words()) facts.context_words = proto.context_words();
  if (proto.has_trained()) facts.trained = proto.trained();
  facts.word_table = proto.word_table();
  model.words = proto.words();
  model.word_table_digest = proto.word_table_digest();
  model.layer_count = proto.layer_count();
  for (const v1::ModelLayer& layer : proto.layers()) {
    model.layers.push_back({layer.index(), layer.layer().relative_depth(), layer.layer().name(),
                            layer.layer().activations().digest(), layer.layer().slice(),
                            StoredTensorFromProto("activations", layer.layer().activations())});
  }
  model.create_time_unix_seconds = UnixSeconds(proto.create_time());
  model.person = proto.person();
  return model;
}

absl::StatusOr<v1::CreateModelRequest> ToProto(const ModelRequest& request) {
  v1::CreateModelRequest proto;
  const ModelFacts& facts = request.facts;
  proto.set_name(request.name);
  proto.set_display_name(facts.display_name);
  proto.set_description(facts.description);
  proto.set_family(facts.family);
  v1::ModelArchitecture architecture = v1::MODEL_ARCHITECTURE_UNSPECIFIED;
  if (!facts.architecture.empty() &&
      !v1::ModelArchitecture_Parse(ValueNameOf(facts.architecture, kArchitecture), &architecture)) {
    return absl::InvalidArgumentError(
        absl::StrCat("architecture: '", facts.architecture,
                     "' is none; use transformer, ssm, rnn or bidirectional"));
  }
  proto.set_architecture(architecture);
  if (facts.parameters) proto.set_parameters(*facts.parameters);
  if (facts.context_words) proto.set_context_words(*facts.context_words);
  if (facts.trained) proto.set_trained(*facts.trained);
  proto.set_word_table(facts.word_table);
  for (const RequestedLayer& layer : request.layers) {
    *proto.add_layers()->mutable_layer() = ToProto(layer);
  }
  // The same model is the same request.
  proto.set_request_id(Sha256OfBytes(proto.SerializeAsString()));
  return proto;
}

}  // namespace

absl::StatusOr<Model> CreateModel(Connection& connection, const ModelRequest& request) {
  const absl::StatusOr<v1::CreateModelRequest> proto = ToProto(request);
  if (!proto.ok()) return proto.status();
  const absl::StatusOr<v1::CreateModelResponse> response = Call<v1::CreateModelResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().models->CreateModel(context, *proto, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->model());
}

absl::StatusOr<Model> GetModel(Connection& connection, const std::string& name) {
  v1::GetModelRequest request;
  request.set_name(name);
  const absl::StatusOr<v1::GetModelResponse> response = Call<v1::GetModelResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().models->GetModel(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->model());
}

absl::StatusOr<std::vector<Model>> ListModels(Connection& connection, const std::string& person) {
  std::vector<Model> models;
  v1::ListModelsRequest request;
  request.set_person(person);
  absl::Status listed = VisitPages<v1::ListModelsResponse>(
      connection, request,
      [&](grpc::ClientContext* context, const auto& asked, auto* answer) {
        return connection.stubs().models->ListModels(context, asked, answer);
      },
      [&](const v1::ListModelsResponse& page) {
        for (const v1::Model& proto : page.models()) models.push_back(FromProto(proto));
        return true;
      });
  if (!listed.ok()) return listed;
  return models;
}

absl::Status DeleteModel(Connection& connection, const std::string& name) {
  v1::DeleteModelRequest request;
  request.set_name(name);
  return Call<v1::DeleteModelResponse>(connection.options(),
                                       [&](grpc::ClientContext* context, auto* answer) {
                                         return connection.stubs().models->DeleteModel(
                                             context, request, answer);
                                       })
      .status();
}

}  // namespace brainalign
