#include <google/protobuf/stubs/logging.h>
#include <grpcpp/support/status.h>

#include <filesystem>
#include <optional>

#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/server.pb.h"
#include "client/connection/refusal.h"
#include "client/experiment/vector_files.h"
#include "client/experiment/word_table_file.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/result_from_proto.h"
#include "client/wire/server_info_from_proto.h"
#include "client/wire/status_from_grpc.h"
#include "core/words/condition.h"
#include "tests/fuzz/fuzz_target.h"

namespace brainalign {
namespace {

template <typename Message>
Message Parse(const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes)) message.Clear();
  return message;
}

// What a server answers: the first byte says in which message, or as an error.
void FuzzAnswers(const std::string& bytes) {
  int choice = 0;
  const std::string rest = Choose(bytes, 5, choice);
  switch (choice) {
    case 0: {
      const absl::Status status =
          StatusFromGrpc(grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "a sentence", rest));
      Require(!status.ok(), "an error stays one");
      const std::optional<Refusal> refusal = RefusalOf(status);
      if (refusal && refusal->retry_delay_seconds) {
        Require(*refusal->retry_delay_seconds >= 0, "nobody waits for the past");
      }
      return;
    }
    case 1:
      JobFromProto(Parse<v1::Job>(rest));
      return;
    case 2: {
      const auto tile = TileFromProto(Parse<v1::ResultTile>(rest));
      if (tile.ok()) {
        Require(tile->score.size() == static_cast<std::size_t>(tile->tile.layer_count) *
                                          static_cast<std::size_t>(tile->tile.time_count),
                "a tile has its scores");
      }
      return;
    }
    case 3: {
      const auto result = ResultFromProto(Parse<v1::AlignmentResult>(rest));
      if (result.ok()) {
        const AlignmentResult& alignment = result->alignment;
        Require(alignment.score.size() == static_cast<std::size_t>(alignment.layers) *
                                              static_cast<std::size_t>(alignment.times),
                "a result has its scores");
      }
      return;
    }
    default:
      ServerInfoFromProto(Parse<v1::GetServerInfoResponse>(rest));
  }
}

// A table of words; and as it may be one as well, a condition on its columns.
void FuzzWordTables(const std::string& bytes) {
  const std::filesystem::path path = WriteScratchFile(bytes);
  std::vector<std::string> notes;
  const auto table = ReadWordTableFile(path, notes);
  Require(!table.ok() ||
              (table->words() > 0 && table->words() <= static_cast<std::int64_t>(bytes.size())),
          "rows are lines");
  Require(table.ok() || table.status().message().find(path.filename().string()) !=
                            table.status().message().npos,
          "an error names the file");
  const auto condition = WordCondition::Parse(bytes);
  if (!condition.ok()) return;
  const auto again = WordCondition::Parse(condition->text());
  Require(again.ok() && again->text() == condition->text(), "a condition is read as it is written");
  if (table.ok()) static_cast<void>(condition->Select(table->columns));
}

// Onsets, groups and single numbers, each in an .npy file.
void FuzzVectors(const std::string& bytes) {
  const std::filesystem::path path = WriteScratchFile(bytes);
  const std::string folder = path.parent_path();
  const std::string name = path.filename();
  // Each number of such a file takes at least a byte in it.
  const auto onsets = ReadVector(folder, name, "the onset of each word");
  Require(!onsets.ok() || onsets->size() <= bytes.size(), "numbers are in the file");
  const auto groups = ReadWholeNumbers(folder, name, "the group of each word");
  Require(!groups.ok() || groups->size() <= bytes.size(), "whole numbers are in the file");
  Require(!groups.ok() || onsets.ok(), "whole numbers are numbers");
  const auto number = ReadNumber(folder, name, "the sampling rate");
  for (const absl::Status& status : {onsets.status(), groups.status(), number.status()}) {
    Require(status.ok() || status.message().find(name) != status.message().npos,
            "an error names the file");
  }
}

}  // namespace

const std::vector<FuzzTarget>& FuzzTargets() {
  // It tells of each string that is not UTF-8.
  static const bool silent = google::protobuf::SetLogHandler(nullptr) != nullptr;
  static_cast<void>(silent);
  static const auto& targets = *new std::vector<FuzzTarget>{
      {"answers", &FuzzAnswers}, {"vectors", &FuzzVectors}, {"word_tables", &FuzzWordTables}};
  return targets;
}

}  // namespace brainalign
