#include "client/cli/nuisance_flags.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/experiment/vector_files.h"
#include "core/align/previous_words.h"
#include "core/printable.h"
#include "core/problem/nuisance.h"

namespace brainalign {
namespace {

// How many words before each word --nuisance names (@previous:N), and takes that name out of
// `columns`; 0 if none. INVALID_ARGUMENT, naming the flag.
absl::StatusOr<int> TakePrevious(std::vector<std::string>& columns) {
  constexpr absl::string_view kPrevious = "@previous:";
  constexpr int kMostPrevious = 20;
  int previous = 0;
  for (auto column = columns.begin(); column != columns.end();) {
    absl::string_view count = *column;
    if (!absl::ConsumePrefix(&count, kPrevious)) {
      ++column;
      continue;
    }
    if (previous > 0) {
      return absl::InvalidArgumentError("--nuisance names @previous:N twice; give it once.");
    }
    if (!absl::SimpleAtoi(count, &previous) || previous < 1 || previous > kMostPrevious) {
      return absl::InvalidArgumentError(absl::StrCat("--nuisance names ", Printable(*column),
                                                     "; N in @previous:N is 1 to ", kMostPrevious,
                                                     " words."));
    }
    column = columns.erase(column);
  }
  return previous;
}

// Appends the vectors of the words before each word to the nuisance of the experiment.
absl::Status AddPrevious(const AlignmentInputs& inputs, int count, int pca,
                         Experiment& experiment) {
  const bool has_more = !experiment.nuisance_names.empty();
  absl::StatusOr<PreviousWords> previous = VectorsOfPreviousWords(
      inputs, count, ComponentsOfPrevious(pca), has_more ? experiment.inputs.nuisance : Tensor());
  if (!previous.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--nuisance @previous:", count, " ", previous.status().message(), "."));
  }
  experiment.inputs.nuisance = std::move(previous->values);
  experiment.nuisance_names.insert(experiment.nuisance_names.end(), previous->names.begin(),
                                   previous->names.end());
  experiment.notes.push_back(absl::StrCat("Vectors of the ", count, count == 1 ? " word" : " words",
                                          " before each word (@previous): the first layer, as ",
                                          previous->names.size() / static_cast<std::size_t>(count),
                                          " columns of each."));
  return absl::OkStatus();
}

bool NamesComputed(const std::vector<std::string>& columns) {
  return std::any_of(columns.begin(), columns.end(), IsComputedColumn);
}

}  // namespace

int ComponentsOfPrevious(int pca) {
  constexpr int kComponents = 10;
  return pca > 0 ? pca : kComponents;
}

bool AsksForNuisance(const AlignmentFlags& flags) {
  return !flags.nuisance.empty() || !flags.nuisance_file.empty();
}

absl::StatusOr<NuisanceNeeds> NeedsOf(const AlignmentFlags& flags) {
  NuisanceNeeds needs;
  needs.columns = flags.nuisance;
  const absl::StatusOr<int> previous = TakePrevious(needs.columns);
  if (!previous.ok()) return previous.status();
  needs.first_layer = *previous > 0;
  needs.sessions = needs.first_layer || NamesComputed(needs.columns);
  // Their principal components and their mean are those of the words used.
  if (needs.first_layer) needs.where = flags.where;
  std::erase_if(needs.columns, IsComputedColumn);
  return needs;
}

absl::Status ReadNuisance(const AlignmentFlags& flags, const NuisanceSource& source,
                          Experiment& experiment) {
  if (!AsksForNuisance(flags)) return absl::OkStatus();
  if (!source.why_none.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--nuisance cannot be used: ", source.why_none, "; leave it out."));
  }
  std::vector<std::string> columns = flags.nuisance;
  const absl::StatusOr<int> previous = TakePrevious(columns);
  if (!previous.ok()) return previous.status();
  if (!source.why_no_sessions.empty() && (*previous > 0 || NamesComputed(columns))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--nuisance names @position, @interval or @previous:N, but ", source.why_no_sessions,
        "; name columns of its word table, or have an admin of the project unseal it."));
  }
  if (!source.why_no_columns.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--nuisance names columns of a word table, but ", source.why_no_columns, "."));
  }
  Tensor features;
  if (!flags.nuisance_file.empty()) {
    absl::StatusOr<Tensor> opened = OpenArray("", flags.nuisance_file, "nuisance");
    if (!opened.ok()) return opened.status();
    features = *std::move(opened);
    if (features.rank() != 2) {
      return absl::InvalidArgumentError(absl::StrCat("--nuisance-file ", flags.nuisance_file,
                                                     " is ", Describe(features.spec()),
                                                     "; it must be (words, columns)."));
    }
  }
  absl::StatusOr<Tensor> gathered =
      GatherNuisance(columns, source.words, features, source.inputs.brain);
  if (absl::Status status = features.CheckReadable(); !status.ok()) return status;
  if (!gathered.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--nuisance ", gathered.status().message(), "."));
  }
  experiment.nuisance_names = NuisanceNames(columns, features.rank() == 2 ? features.dim(1) : 0);
  experiment.inputs.nuisance = *std::move(gathered);
  if (*previous == 0) return absl::OkStatus();
  return AddPrevious(source.inputs, *previous, flags.pca, experiment);
}

}  // namespace brainalign
