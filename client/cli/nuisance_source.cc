#include "client/cli/nuisance_source.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/recordings/recording_calls.h"
#include "client/resources/model_calls.h"
#include "client/resources/word_table_calls.h"
#include "client/tensors/read_tensor.h"
#include "core/printable.h"
#include "core/problem/select_words.h"

namespace brainalign {
namespace {

// A word table of one side of a job, in the folder or at the server.
struct TableOfSide {
  std::string side;  // for people: "recording lab/subject-1"
  const WordTableValues* in_folder = nullptr;
  std::string kept = {};  // PROJECT/NAME
  std::string kept_digest = {};
};

bool Names(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Appends the columns of a table that `columns` does not have: with values those that are `needed`.
absl::Status AddColumns(Connection& connection, const TableOfSide& side,
                        const std::vector<std::string>& needed,
                        const std::vector<std::string>& told, NuisanceSource& source) {
  if (side.in_folder != nullptr) {
    for (const WordValues& column : *side.in_folder) {
      if (FindColumn(source.words, column.name) == nullptr) source.words.push_back(column);
    }
    return absl::OkStatus();
  }
  const absl::StatusOr<WordTable> table = FindWordTable(connection, side.kept, side.kept_digest);
  if (!table.ok()) return table.status();
  std::vector<std::string> taken;
  for (const WordColumn& column : table->columns) {
    if (FindColumn(source.words, column.name) != nullptr) continue;
    if (!Names(needed, column.name)) {
      source.words.push_back({column.name, WordColumnType::kNumber, Tensor()});
      continue;
    }
    absl::StatusOr<WordValues> values = ReadWordColumn(connection, column);
    if (!values.ok()) return values.status();
    source.words.push_back(*std::move(values));
    if (Names(told, column.name)) taken.push_back(column.name);
  }
  if (!taken.empty()) {
    source.notes.push_back(absl::StrCat("Nuisance ", absl::StrJoin(taken, ", "),
                                        ": of the word table ", table->name, " of the ", side.side,
                                        "."));
  }
  return absl::OkStatus();
}

std::string DescribeNoTables(const TableOfSide& of_layers, const TableOfSide& of_brain) {
  const auto name = [](const TableOfSide& side) {
    return side.in_folder != nullptr ? std::string("the folder") : absl::StrCat("the ", side.side);
  };
  return absl::StrCat("neither ", name(of_layers), " nor ", name(of_brain),
                      " has a word table (brainalign word-table create makes one, and recording "
                      "create and model create take its name as --word-table)");
}

Tensor Zeros(std::vector<std::int64_t> shape) {
  std::size_t count = 1;
  for (const std::int64_t length : shape) count *= static_cast<std::size_t>(length);
  return Tensor::FromBytes({DType::kI16, std::move(shape), Order::kC},
                           std::vector<std::byte>(count * DTypeSize(DType::kI16)))
      .value();
}

// The numbers of a list of a recording; none if it is not given.
absl::Status ReadNumbers(Connection& connection, const std::optional<StoredTensor>& stored,
                         std::vector<std::int64_t>& numbers) {
  if (!stored) return absl::OkStatus();
  absl::StatusOr<Tensor> values = ReadTensor(connection, *stored);
  if (!values.ok()) return values.status();
  const WordValues list{stored->name, WordColumnType::kInteger, *std::move(values)};
  for (std::int64_t i = 0; i < list.words(); ++i) numbers.push_back(list.Integer(i));
  return absl::OkStatus();
}

// With what SessionsOf goes by, which is not the samples.
absl::Status ReadSessions(Connection& connection, const RequestedBrain& kept, BrainInput& outline) {
  absl::Status status = ReadNumbers(connection, kept.groups, outline.groups);
  if (status.ok()) status = ReadNumbers(connection, kept.sessions, outline.sessions);
  if (status.ok()) status = ReadNumbers(connection, kept.session_starts, outline.session_starts);
  if (status.ok() && kept.onsets_seconds) {
    const absl::StatusOr<Tensor> onsets = ReadTensor(connection, *kept.onsets_seconds);
    if (onsets.ok()) outline.onsets_seconds = onsets->ToDoubles();
    status = onsets.status();
  }
  if (!status.ok() || !kept.is_continuous) return status;
  outline.continuous = Zeros({1, kept.tensor.spec.shape.back()});
  outline.sfreq_hz = kept.sfreq_hz;
  outline.epochs = Tensor();
  return absl::OkStatus();
}

absl::Status AddRecording(Connection& connection, const Recording& recording, bool with_sessions,
                          NuisanceSource& source) {
  BrainInput& outline = source.inputs.brain;
  outline.epochs = Zeros({recording.words, 1, 1});
  if (!recording.brain) {
    source.why_none = absl::StrCat("the recording ", recording.name,
                                   " belongs to another project, which releases scores only "
                                   "without nuisance");
    return absl::OkStatus();
  }
  if (recording.seal) {
    source.why_no_sessions =
        absl::StrCat("the recording ", recording.name,
                     " is sealed, so that its onsets and sessions do not leave the server");
    return absl::OkStatus();
  }
  if (!with_sessions) return absl::OkStatus();
  BrainInput with = outline;
  absl::Status status = ReadSessions(connection, *recording.brain, with);
  if (status.ok()) outline = std::move(with);
  if (!absl::IsPermissionDenied(status)) return status;
  source.why_no_sessions =
      absl::StrCat("the recording ", recording.name,
                   " has onsets or sessions of a sealed one, which do not leave the server");
  return absl::OkStatus();
}

absl::Status AddFirstLayer(Connection& connection, const Model& model, NuisanceSource& source) {
  if (model.layers.empty()) return absl::OkStatus();
  const ModelLayer& first = model.layers.front();
  const bool is_slice = first.activations.spec.shape.size() == 3;
  absl::StatusOr<Tensor> activations = is_slice
                                           ? ReadSlice(connection, first.activations, first.slice)
                                           : ReadTensor(connection, first.activations);
  if (!activations.ok()) return activations.status();
  source.inputs.layers = {{.activations = *std::move(activations), .name = first.name}};
  return absl::OkStatus();
}

}  // namespace

NuisanceSource SourceOf(const Experiment& experiment) {
  return {experiment.inputs, experiment.words};
}

absl::StatusOr<NuisanceSource> ReadKeptSource(Connection& connection, const std::string& recording,
                                              const std::string& model,
                                              const Experiment& experiment,
                                              const NuisanceNeeds& needs) {
  NuisanceSource source;
  source.inputs = experiment.inputs;
  // In this order, as a condition on words.
  TableOfSide of_layers{.side = "activations", .in_folder = &experiment.words};
  TableOfSide of_brain{.side = "recording", .in_folder = &experiment.words};
  if (!recording.empty()) {
    const absl::StatusOr<Recording> kept = GetRecording(connection, recording);
    if (!kept.ok()) return kept.status();
    absl::Status added = AddRecording(connection, *kept, needs.sessions, source);
    if (!added.ok()) return added;
    if (!source.why_none.empty()) return source;
    of_brain = {absl::StrCat("recording ", kept->name), nullptr, kept->word_table,
                kept->word_table_digest};
  }
  if (!model.empty()) {
    const absl::StatusOr<Model> kept = GetModel(connection, model);
    if (!kept.ok()) return kept.status();
    if (needs.first_layer && source.why_no_sessions.empty()) {
      absl::Status added = AddFirstLayer(connection, *kept, source);
      if (!added.ok()) return added;
    }
    of_layers = {absl::StrCat("model ", kept->name), nullptr, kept->facts.word_table,
                 kept->word_table_digest};
  }
  std::vector<std::string> tested;
  if (!needs.where.empty()) {
    absl::StatusOr<std::vector<std::string>> names = ColumnsTested(needs.where);
    if (!names.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("--where ", names.status().message(), "."));
    }
    tested = *std::move(names);
  }
  std::vector<std::string> needed = needs.columns;
  needed.insert(needed.end(), tested.begin(), tested.end());
  if (needed.empty()) return source;
  for (const TableOfSide& side : {of_layers, of_brain}) {
    if (side.in_folder == nullptr && side.kept_digest.empty()) continue;
    absl::Status added = AddColumns(connection, side, needed, needs.columns, source);
    if (!added.ok()) return added;
  }
  if (source.words.empty()) source.why_no_columns = DescribeNoTables(of_layers, of_brain);
  if (needs.where.empty()) return source;
  const std::int64_t words = source.inputs.brain.words();
  WordTableValues columns;
  for (const std::string& name : tested) {
    const WordValues* const column = FindColumn(source.words, name);
    if (column == nullptr) {
      std::vector<std::string> there;
      for (const WordValues& one : source.words) there.push_back(Printable(one.name));
      return absl::InvalidArgumentError(absl::StrCat(
          "--where tests the column ", Printable(name), ", which there is not; there are ",
          there.empty() ? "none" : absl::StrJoin(there, ", "), "."));
    }
    if (column->words() != words) {
      return absl::InvalidArgumentError(
          absl::StrCat("--where tests the column ", Printable(name), " of ", column->words(),
                       " words, but the recording has ", words, " words."));
    }
    columns.push_back(*column);
  }
  const absl::Status selected = SelectWords(columns, needs.where, source.inputs.brain);
  if (!selected.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--where ", selected.message(), "."));
  }
  return source;
}

}  // namespace brainalign
