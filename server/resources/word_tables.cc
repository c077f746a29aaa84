#include "server/resources/word_tables.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/words/condition.h"
#include "server/resources/same_words.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

DType DTypeOf(WordColumnType type) {
  switch (type) {
    case WordColumnType::kText:
      return DType::kI32;
    case WordColumnType::kNumber:
      return DType::kF64;
    case WordColumnType::kInteger:
      return DType::kI64;
    case WordColumnType::kBoolean:
      return DType::kI16;
  }
  return DType::kF64;
}

void CheckColumn(const std::string& field, const WordColumn& column, const JobLimits& limits,
                 FieldProblems& problems) {
  if (column.name.empty()) problems.push_back({field + ".name", "is empty; give it a name"});
  CheckText(field + ".name", column.name, limits, problems);
  const TensorSpec& spec = column.values.spec;
  const bool is_text = column.type == WordColumnType::kText;
  const std::size_t axes = is_text ? 2 : 1;
  const bool is_filled =
      std::all_of(spec.shape.begin(), spec.shape.end(), [](std::int64_t n) { return n > 0; });
  if (spec.dtype != DTypeOf(column.type) || spec.shape.size() != axes || !is_filled ||
      spec.order != Order::kC) {
    problems.push_back(
        {field + ".values.spec",
         absl::StrCat("is ", Describe(spec), "; the column's type asks for ",
                      is_text ? "(words, characters)" : "(words)", " of ",
                      DTypeName(DTypeOf(column.type)), " in row-major order, with a word")});
    return;
  }
  if (spec.shape.front() > limits.max_words) {
    problems.AddOverLimit(
        field + ".values.spec.shape",
        absl::StrCat("has ", spec.shape.front(), " words; at most ", limits.max_words),
        spec.shape.front(), limits.max_words);
  }
}

void CheckColumns(const WordTable& table, const JobLimits& limits, FieldProblems& problems) {
  const std::size_t count = table.columns.size();
  if (count == 0 || count > static_cast<std::size_t>(limits.max_word_columns)) {
    problems.AddOverLimit(
        "columns", absl::StrCat("has ", count, " entries; give 1 to ", limits.max_word_columns),
        static_cast<std::int64_t>(count), limits.max_word_columns);
    return;
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < count; ++i) {
    const WordColumn& column = table.columns[i];
    const std::string field = absl::StrCat("columns[", i, "]");
    CheckColumn(field, column, limits, problems);
    if (!names.insert(column.name).second) {
      problems.push_back(
          {field + ".name", absl::StrCat("is '", column.name,
                                         "', as of another column; names of columns must differ")});
    }
  }
  if (!problems.empty()) return;
  for (std::size_t i = 1; i < count; ++i) {
    const std::int64_t words = table.columns[i].values.spec.shape.front();
    if (words == table.words()) continue;
    problems.push_back({absl::StrCat("columns[", i, "].values.spec.shape"),
                        absl::StrCat("has ", words, " words; columns[0] has ", table.words())});
  }
}

std::vector<ResourceTensor> TensorsOf(const WordTable& table) {
  std::vector<ResourceTensor> tensors;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    tensors.push_back({absl::StrCat("columns[", i, "].values"), table.columns[i].values});
  }
  return tensors;
}

// Null if the table has none of this name.
const WordColumn* ColumnOf(const WordTable& table, const std::string& name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const WordColumn& one) { return one.name == name; });
  return found == table.columns.end() ? nullptr : &*found;
}

std::string NamesOf(const WordTable& table) {
  return absl::StrJoin(table.columns, ", ",
                       [](std::string* out, const WordColumn& one) { out->append(one.name); });
}

}  // namespace

WordTables::WordTables(const JobLimits& limits, Clock clock, Store* store, Tensors* tensors)
    : limits_(limits),
      clock_(std::move(clock)),
      store_(store),
      tensors_(tensors),
      admission_(ResourceKind::kWordTable, limits, store, tensors) {}

absl::StatusOr<WordTable> WordTables::Create(WordTable table) {
  table.name = OwnNameOf(table.project, table.name);
  FieldProblems problems;
  CheckResource(table, limits_, problems);
  CheckColumns(table, limits_, problems);
  const std::string record = Encode(table);
  if (problems.empty()) CheckRecordSize("columns", record, limits_, problems);
  if (!problems.empty()) return InvalidFieldsError(problems);
  table.body_digest = BodyDigestOf(table);
  table.digest = DigestOf(table.columns);
  table.create_time = clock_();
  MutexLock lock(mutex_);
  const auto there = store_->FindWordTable(table.project, table.name);
  if (!there.ok()) return there.status();
  const auto made = admission_.Admit(table, there->has_value(), TensorsOf(table));
  if (!made.ok()) return made.status();
  if (made->has_value()) return Find(table.project, **made);
  if (absl::Status status = store_->Commit(SaveWordTable(table)); !status.ok()) return status;
  return table;
}

absl::StatusOr<WordTable> WordTables::Find(const std::string& project,
                                           const std::string& name) const {
  auto found = FindOwn<WordTable>(
      project, name, [&](const std::string& own) { return store_->FindWordTable(project, own); });
  if (!found.ok()) return found.status();
  if (found->has_value()) return **std::move(found);
  return ResourceNotFoundError(ResourceKind::kWordTable, name,
                               "brainalign word-table list shows those of your project");
}

absl::StatusOr<std::optional<WordTable>> WordTables::FindByDigest(const std::string& project,
                                                                  const std::string& digest) const {
  std::optional<WordTable> table;
  absl::Status scanned = store_->ScanWordTables(project, "", [&](const WordTable& one) {
    if (one.digest == digest) table = one;
    return !table.has_value();
  });
  if (!scanned.ok()) return scanned;
  return table;
}

absl::Status WordTables::CheckSides(const std::string& project, bool is_anothers,
                                    const JobSpecification& specification,
                                    const std::function<bool()>& go_on) const {
  const std::string& of_brain = specification.brain.word_table_digest;
  const std::string& of_layers = specification.word_table_digest;
  if (of_brain.empty() || of_layers.empty() || of_brain == of_layers) return absl::OkStatus();
  if (!is_anothers) {
    const auto brain_table = FindByDigest(project, of_brain);
    if (!brain_table.ok()) return brain_table.status();
    const auto layer_table = FindByDigest(project, of_layers);
    if (!layer_table.ok()) return layer_table.status();
    if (*brain_table && *layer_table) {
      return CheckSameWords(**brain_table, **layer_table, *tensors_, go_on);
    }
  }
  // The recording's digest is not for everybody who may score it.
  return WithReason(
      absl::FailedPreconditionError(absl::StrCat(
          "the recording belongs to another word table than the activations, whose table has the "
          "digest ",
          of_layers,
          is_anothers
              ? "; the words of another project's recording are not compared: name its very table, "
                "or none"
              : ", and the project does not keep both to compare their words; use activations of "
                "the recording's words, or keep both tables (brainalign word-table create)")),
      "WORD_TABLES_DIFFER", {{"word_table_digest", of_layers}});
}

absl::Status WordTables::Resolve(const std::string& project, bool is_anothers,
                                 JobSpecification& specification) const {
  constexpr char kField[] = "spec.options.where";
  if (specification.options.where.empty()) return absl::OkStatus();
  const auto condition = WordCondition::Parse(specification.options.where);
  if (!condition.ok()) return InvalidFieldError(kField, std::string(condition.status().message()));
  const std::string& of_layers = specification.word_table_digest;
  const std::string& of_brain = specification.brain.word_table_digest;
  std::vector<std::string> digests;
  if (!of_layers.empty()) digests.push_back(of_layers);
  if (!is_anothers && !of_brain.empty() && of_brain != of_layers) digests.push_back(of_brain);
  if (digests.empty()) {
    return InvalidFieldError(kField,
                             "needs a word table, but the activations name none; name one of your "
                             "project (brainalign word-table list)");
  }
  std::vector<WordTable> tables;
  for (const std::string& digest : digests) {
    auto table = FindByDigest(project, digest);
    if (!table.ok()) return table.status();
    if (*table) tables.push_back(**std::move(table));
  }
  if (tables.empty()) {
    return InvalidFieldError(kField,
                             absl::StrCat("needs the word table with the digest ", digests.front(),
                                          ", which your project does not have; create it"));
  }
  specification.condition_columns.clear();
  for (const std::string& name : condition->columns()) {
    const WordColumn* column = nullptr;
    for (const WordTable& table : tables) {
      if (column == nullptr) column = ColumnOf(table, name);
    }
    if (column == nullptr) {
      return InvalidFieldError(
          kField, absl::StrCat("tests the column ", name, ", but ", tables.front().FullName(),
                               " has none; it has ", NamesOf(tables.front())));
    }
    specification.condition_columns.push_back(*column);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<WordTable>> WordTables::List(const std::string& project,
                                                        const std::string& person,
                                                        const std::string& after, int limit) const {
  std::vector<WordTable> tables;
  absl::Status scanned = store_->ScanWordTables(project, after, [&](const WordTable& table) {
    if (!person.empty() && table.person != person) return true;
    tables.push_back(table);
    tables.back().columns.resize(1);  // for the number of words
    return tables.size() < static_cast<std::size_t>(limit);
  });
  if (!scanned.ok()) return scanned;
  return tables;
}

absl::Status WordTables::Delete(const std::string& project, const std::string& name) {
  MutexLock lock(mutex_);
  const auto found = Find(project, name);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  return store_->Commit(DeleteWordTable(*found));
}

}  // namespace brainalign
