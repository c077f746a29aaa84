#include "absl/strings/str_cat.h"
#include "server/rows/convert.h"
#include "server/rows/digest.h"

namespace brainalign {

static_assert(v1::WORD_COLUMN_TYPE_TEXT == static_cast<int>(WordColumnType::kText));
static_assert(v1::WORD_COLUMN_TYPE_BOOLEAN == static_cast<int>(WordColumnType::kBoolean));
static_assert(v1::MODEL_ARCHITECTURE_BIDIRECTIONAL ==
              static_cast<int>(ModelArchitecture::kBidirectional));

std::string DigestOf(const std::vector<WordColumn>& columns) {
  std::string lines;
  if (!columns.empty()) absl::StrAppend(&lines, columns.front().values.spec.shape.front(), "\n");
  for (const WordColumn& column : columns) {
    absl::StrAppend(&lines, column.name, "\t", static_cast<int>(column.type), "\t",
                    column.values.digest, "\n");
  }
  return HexSha256Of(lines);
}

std::int64_t WordsOf(const LayerRef& layer) {
  const std::vector<std::int64_t>& shape = layer.activations.spec.shape;
  return shape.size() < 2 ? 0 : shape[shape.size() - 2];
}

WordColumn WordColumnFromProto(const v1::WordColumn& proto, const std::string& field,
                               std::vector<FieldProblem>& problems) {
  WordColumn column;
  column.name = proto.name();
  const int type = static_cast<int>(proto.type());
  if (type < static_cast<int>(WordColumnType::kText) ||
      type > static_cast<int>(WordColumnType::kBoolean)) {
    problems.push_back(
        {field + ".type",
         absl::StrCat("is ", type, "; give 1 (text), 2 (number), 3 (integer) or 4 (boolean)")});
  } else {
    column.type = static_cast<WordColumnType>(type);
  }
  column.values = TensorRefFromProto(proto.values(), field + ".values", problems);
  return column;
}

v1::WordColumn ToProto(const WordColumn& column) {
  v1::WordColumn proto;
  proto.set_name(column.name);
  proto.set_type(static_cast<v1::WordColumnType>(column.type));
  *proto.mutable_values() = ToProto(column.values);
  return proto;
}

ModelArchitecture ModelArchitectureFromProto(v1::ModelArchitecture proto, const std::string& field,
                                             std::vector<FieldProblem>& problems) {
  const int number = static_cast<int>(proto);
  constexpr int kLast = static_cast<int>(ModelArchitecture::kBidirectional);
  if (number < 0 || number > kLast) {
    problems.push_back({field, absl::StrCat("is ", number, "; this server knows 0 to ", kLast)});
    return ModelArchitecture::kUnknown;
  }
  return static_cast<ModelArchitecture>(number);
}

v1::ModelArchitecture ToProto(ModelArchitecture architecture) {
  return static_cast<v1::ModelArchitecture>(architecture);
}

ModelLayer ModelLayerFromProto(const v1::ModelLayer& proto, int place, const std::string& field,
                               std::vector<FieldProblem>& problems) {
  return {proto.has_index() ? proto.index() : place,
          LayerFromProto(proto.layer(), field + ".layer", problems)};
}

v1::ModelLayer ToProto(const ModelLayer& layer) {
  v1::ModelLayer proto;
  proto.set_index(layer.index);
  *proto.mutable_layer() = ToProto(layer.layer);
  return proto;
}

v1::WordTable ToProto(const WordTable& table) {
  v1::WordTable proto;
  proto.set_name(table.FullName());
  proto.set_display_name(table.display_name);
  proto.set_description(table.description);
  proto.set_digest(table.digest);
  proto.set_words(table.words());
  *proto.mutable_create_time() = ToProto(table.create_time);
  proto.set_person(table.person);
  return proto;
}

v1::Model ToProto(const Model& model) {
  v1::Model proto;
  proto.set_name(model.FullName());
  proto.set_display_name(model.display_name);
  proto.set_description(model.description);
  proto.set_family(model.family);
  proto.set_architecture(ToProto(model.architecture));
  if (model.parameters) proto.set_parameters(*model.parameters);
  if (model.context_words) proto.set_context_words(*model.context_words);
  if (model.trained) proto.set_trained(*model.trained);
  proto.set_words(model.layers.empty() ? 0 : WordsOf(model.layers.front().layer));
  proto.set_word_table(model.word_table);
  proto.set_word_table_digest(model.word_table_digest);
  proto.set_layer_count(static_cast<int>(model.layers.size()));
  *proto.mutable_create_time() = ToProto(model.create_time);
  proto.set_person(model.person);
  return proto;
}

}  // namespace brainalign
