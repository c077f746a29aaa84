#include "server/calls/word_table_calls.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/calls/delete_resource.h"
#include "server/rows/convert.h"
#include "server/rows/page.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

v1::WordTable ToWholeProto(const WordTable& table) {
  v1::WordTable proto = ToProto(table);
  for (const WordColumn& column : table.columns) *proto.add_columns() = ToProto(column);
  return proto;
}

}  // namespace

absl::StatusOr<v1::CreateWordTableResponse> WordTableCalls::CreateWordTable(
    const Credentials& credentials, const v1::CreateWordTableRequest& request) {
  return gate_->Answer<v1::CreateWordTableResponse>(
      credentials, Method::kCreateWordTable,
      [&](const Call& call, v1::CreateWordTableResponse& response) -> absl::Status {
        std::vector<FieldProblem> problems;
        WordTable table;
        table.project = call.caller().project;
        table.person = call.caller().person;
        table.request_id = request.request_id();
        table.name = request.name();
        table.display_name = request.display_name();
        table.description = request.description();
        for (int i = 0; i < request.columns_size(); ++i) {
          table.columns.push_back(
              WordColumnFromProto(request.columns(i), absl::StrCat("columns[", i, "]"), problems));
        }
        if (!problems.empty()) return InvalidFieldsError(problems);
        const auto created = word_tables_->Create(std::move(table));
        if (!created.ok()) return created.status();
        *response.mutable_word_table() = ToWholeProto(*created);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::GetWordTableResponse> WordTableCalls::GetWordTable(
    const Credentials& credentials, const v1::GetWordTableRequest& request) {
  return gate_->Answer<v1::GetWordTableResponse>(
      credentials, Method::kGetWordTable,
      [&](const Call& call, v1::GetWordTableResponse& response) -> absl::Status {
        const auto found = word_tables_->Find(call.caller().project, request.name());
        if (!found.ok()) return found.status();
        *response.mutable_word_table() = ToWholeProto(*found);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListWordTablesResponse> WordTableCalls::ListWordTables(
    const Credentials& credentials, const v1::ListWordTablesRequest& request) {
  return gate_->Answer<v1::ListWordTablesResponse>(
      credentials, Method::kListWordTables,
      [&](const Call& call, v1::ListWordTablesResponse& response) -> absl::Status {
        const std::string& project = call.caller().project;
        const std::string query = NameOfQuery("word tables", {project, request.person()});
        const auto size = PageSizeOf(request.page_size());
        if (!size.ok()) return size.status();
        const auto after = ReadPageToken(request.page_token(), query);
        if (!after.ok()) return after.status();
        const auto listed = word_tables_->List(project, request.person(), *after, *size);
        if (!listed.ok()) return listed.status();
        for (const WordTable& table : *listed) {
          *response.add_word_tables() = ToProto(table);
          const bool is_full =
              response.ByteSizeLong() > kFullPageBytes || response.word_tables_size() == *size;
          if (!is_full) continue;
          response.set_next_page_token(MakePageToken(table.name, query));
          break;
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteWordTableResponse> WordTableCalls::DeleteWordTable(
    const Credentials& credentials, const v1::DeleteWordTableRequest& request) {
  return gate_->Answer<v1::DeleteWordTableResponse>(
      credentials, Method::kDeleteWordTable,
      [&](const Call& call, v1::DeleteWordTableResponse& /*response*/) -> absl::Status {
        return DeleteResource(call, ResourceKind::kWordTable, request.name(), *word_tables_);
      });
}

}  // namespace brainalign
