#include "client/resources/word_table_calls.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connection/pages.h"
#include "client/tensors/digest.h"
#include "client/tensors/read_tensor.h"
#include "client/wire/brain_from_proto.h"
#include "client/wire/enum_names.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/spec_to_proto.h"

namespace brainalign {
namespace {

constexpr char kColumnType[] = "WORD_COLUMN_TYPE_";

WordTable FromProto(const v1::WordTable& proto) {
  WordTable table;
  table.name = proto.name();
  table.display_name = proto.display_name();
  table.description = proto.description();
  table.digest = proto.digest();
  table.words = proto.words();
  for (const v1::WordColumn& column : proto.columns()) {
    table.columns.push_back(
        {column.name(),
         NameOfEnum(v1::WordColumnType_Name(column.type()), kColumnType, column.type()),
         column.values().digest(), StoredTensorFromProto(column.name(), column.values())});
  }
  table.create_time_unix_seconds = UnixSeconds(proto.create_time());
  table.person = proto.person();
  return table;
}

}  // namespace

absl::StatusOr<WordTable> CreateWordTable(Connection& connection, const WordTableRequest& request) {
  v1::CreateWordTableRequest proto;
  proto.set_name(request.name);
  proto.set_display_name(request.display_name);
  proto.set_description(request.description);
  for (const RequestedColumn& column : request.columns) {
    v1::WordColumn& added = *proto.add_columns();
    added.set_name(column.name);
    v1::WordColumnType type = v1::WORD_COLUMN_TYPE_UNSPECIFIED;
    if (!v1::WordColumnType_Parse(ValueNameOf(column.type, kColumnType), &type)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "columns.type: '", column.type, "' is no type; use text, number, integer or boolean"));
    }
    added.set_type(type);
    *added.mutable_values() = ToProto(column.values);
  }
  // The same table is the same request.
  proto.set_request_id(Sha256OfBytes(proto.SerializeAsString()));
  const absl::StatusOr<v1::CreateWordTableResponse> response = Call<v1::CreateWordTableResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().word_tables->CreateWordTable(context, proto, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->word_table());
}

absl::StatusOr<WordTable> KeepWordTable(Connection& connection, const WordTableValues& columns) {
  std::vector<TensorToUpload> tensors;
  for (const WordValues& column : columns) {
    tensors.push_back({.name = column.name, .tensor = column.values});
  }
  absl::StatusOr<std::vector<StoredTensor>> stored = UploadTensors(connection, tensors, nullptr);
  if (!stored.ok()) return stored.status();
  WordTableRequest request;
  std::string identity;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    absl::StrAppend(&identity, columns[i].name.size(), " ", columns[i].name, " ",
                    Name(columns[i].type), " ", (*stored)[i].digest, "\n");
    request.columns.push_back({.name = columns[i].name,
                               .type = Name(columns[i].type),
                               .values = std::move((*stored)[i])});
  }
  request.name = "words-" + Sha256OfBytes(identity).substr(0, 32);
  return CreateWordTable(connection, request);
}

absl::StatusOr<WordTable> GetWordTable(Connection& connection, const std::string& name) {
  v1::GetWordTableRequest request;
  request.set_name(name);
  const absl::StatusOr<v1::GetWordTableResponse> response = Call<v1::GetWordTableResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().word_tables->GetWordTable(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->word_table());
}

absl::StatusOr<WordTable> FindWordTable(Connection& connection, const std::string& name,
                                        const std::string& digest) {
  absl::StatusOr<WordTable> named = GetWordTable(connection, name);
  if (named.ok() ? named->digest == digest : !absl::IsNotFound(named.status())) return named;
  // Deleted since, and perhaps made anew of other words. The same columns may have another name.
  const absl::StatusOr<std::vector<WordTable>> tables = ListWordTables(connection);
  if (!tables.ok()) return tables.status();
  for (const WordTable& table : *tables) {
    if (table.digest == digest) return GetWordTable(connection, table.name);
  }
  return absl::NotFoundError(absl::StrCat("The server does not keep the word table ", name,
                                          " with the digest ", digest,
                                          " any more; create it again (brainalign word-table)."));
}

absl::StatusOr<WordValues> ReadWordColumn(Connection& connection, const WordColumn& column) {
  for (const WordColumnType type : {WordColumnType::kText, WordColumnType::kNumber,
                                    WordColumnType::kInteger, WordColumnType::kBoolean}) {
    if (column.type != Name(type)) continue;
    absl::StatusOr<Tensor> values = ReadTensor(connection, column.values);
    if (!values.ok()) return values.status();
    return WordValues{column.name, type, *std::move(values)};
  }
  return absl::UnimplementedError(absl::StrCat("The column ", column.name, " is of the type ",
                                               column.type,
                                               ", which this client does not know; install the "
                                               "client of the server's version."));
}

absl::StatusOr<std::vector<WordTable>> ListWordTables(Connection& connection,
                                                      const std::string& person) {
  std::vector<WordTable> tables;
  v1::ListWordTablesRequest request;
  request.set_person(person);
  absl::Status listed = VisitPages<v1::ListWordTablesResponse>(
      connection, request,
      [&](grpc::ClientContext* context, const auto& asked, auto* answer) {
        return connection.stubs().word_tables->ListWordTables(context, asked, answer);
      },
      [&](const v1::ListWordTablesResponse& page) {
        for (const v1::WordTable& proto : page.word_tables()) tables.push_back(FromProto(proto));
        return true;
      });
  if (!listed.ok()) return listed;
  return tables;
}

absl::Status DeleteWordTable(Connection& connection, const std::string& name) {
  v1::DeleteWordTableRequest request;
  request.set_name(name);
  return Call<v1::DeleteWordTableResponse>(connection.options(),
                                           [&](grpc::ClientContext* context, auto* answer) {
                                             return connection.stubs().word_tables->DeleteWordTable(
                                                 context, request, answer);
                                           })
      .status();
}

}  // namespace brainalign
