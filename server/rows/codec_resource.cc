#include <vector>

#include "server/rows/codec.h"
#include "server/rows/convert.h"
#include "server/rows/record.pb.h"
#include "server/rows/resource_fields.h"

namespace brainalign {

std::string Encode(const WordTable& table) {
  record::WordTableRecord proto;
  FillResource(table, proto);
  proto.set_digest(table.digest);
  for (const WordColumn& column : table.columns) *proto.add_columns() = ToProto(column);
  return proto.SerializeAsString();
}

std::optional<WordTable> DecodeWordTable(const std::string& bytes) {
  record::WordTableRecord proto;
  if (!proto.ParseFromString(bytes) || proto.columns().empty()) return std::nullopt;
  std::vector<FieldProblem> problems;
  WordTable table;
  ReadResource(proto, table);
  table.digest = proto.digest();
  for (const v1::WordColumn& column : proto.columns()) {
    table.columns.push_back(WordColumnFromProto(column, "columns", problems));
    if (table.columns.back().values.spec.shape.empty()) return std::nullopt;
  }
  if (!problems.empty()) return std::nullopt;
  return table;
}

std::string Encode(const Model& model) {
  record::ModelRecord proto;
  FillResource(model, proto);
  proto.set_family(model.family);
  proto.set_architecture(ToProto(model.architecture));
  if (model.parameters) proto.set_parameters(*model.parameters);
  if (model.context_words) proto.set_context_words(*model.context_words);
  if (model.trained) proto.set_trained(*model.trained);
  proto.set_word_table(model.word_table);
  proto.set_word_table_digest(model.word_table_digest);
  for (const ModelLayer& layer : model.layers) *proto.add_layers() = ToProto(layer);
  return proto.SerializeAsString();
}

std::optional<Model> DecodeModel(const std::string& bytes) {
  record::ModelRecord proto;
  if (!proto.ParseFromString(bytes) || proto.layers().empty()) return std::nullopt;
  std::vector<FieldProblem> problems;
  Model model;
  ReadResource(proto, model);
  model.family = proto.family();
  model.architecture = ModelArchitectureFromProto(proto.architecture(), "architecture", problems);
  if (proto.has_parameters()) model.parameters = proto.parameters();
  if (proto.has_context_words()) model.context_words = proto.context_words();
  if (proto.has_trained()) model.trained = proto.trained();
  model.word_table = proto.word_table();
  model.word_table_digest = proto.word_table_digest();
  for (int i = 0; i < proto.layers_size(); ++i) {
    model.layers.push_back(ModelLayerFromProto(proto.layers(i), i, "layers", problems));
  }
  if (!problems.empty()) return std::nullopt;
  return model;
}

std::string Encode(const MadeResource& made) {
  record::MadeResourceRecord proto;
  proto.set_kind(static_cast<int>(made.kind));
  proto.set_name(made.name);
  proto.set_body_digest(made.body_digest);
  return proto.SerializeAsString();
}

std::optional<MadeResource> DecodeMadeResource(const std::string& bytes) {
  record::MadeResourceRecord proto;
  if (!proto.ParseFromString(bytes)) return std::nullopt;
  if (proto.kind() < static_cast<int>(ResourceKind::kRecording) ||
      proto.kind() > static_cast<int>(ResourceKind::kModel)) {
    return std::nullopt;
  }
  return MadeResource{static_cast<ResourceKind>(proto.kind()), proto.name(), proto.body_digest()};
}

}  // namespace brainalign
