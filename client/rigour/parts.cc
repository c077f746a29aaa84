#include "client/rigour/parts.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/rigour/neighbours.h"

namespace brainalign {
namespace {

constexpr char kNuisancePart[] = "nuisance";
constexpr char kSwappedPart[] = "swapped";
constexpr char kPreviousPart[] = "previous_words";

// Whether influence of blocks is defined.
bool HasDraws(const AlignmentOptions& options) {
  return options.direction == Direction::kBrainToModel && options.metric == Metric::kPearson;
}

AlignmentOptions StrictOptions(const AlignmentOptions& asked, const GivenOptions& given) {
  AlignmentOptions options = asked;
  if (!given.nulls) options.uncertainty.nulls = kRigourNulls;
  if (!given.draws && HasDraws(asked)) options.uncertainty.draws = kRigourDraws;
  return options;
}

// Without the arrays that only the strict part shows.
AlignmentOptions ScoresAlone(AlignmentOptions options) {
  options.uncertainty.nulls = 0;
  options.uncertainty.draws = 0;
  options.uncertainty.block_words.reset();
  options.uncertainty.min_shift_words.reset();
  options.arrays.clear();
  options.time_generalisation = false;
  return options;
}

RigourJob Paper(const AlignmentOptions& strict) {
  RigourJob job = {"paper", ScoresAlone(strict), ""};
  AlignmentOptions& options = job.options;
  options.preset = Preset::kPaper;
  options.uncertainty.detrend.reset();
  // What the presets differ in is the published choice.
  options.fold_by.reset();
  options.purge_seconds.reset();
  options.selection.reset();
  options.zscore_words.reset();
  options.pca_words.reset();
  return job;
}

RigourJob Shuffled(const AlignmentOptions& strict) {
  RigourJob job = {"shuffled", ScoresAlone(strict), ""};
  job.options.fold_by = FoldBy::kShuffled;
  job.options.purge_seconds.reset();
  if (IsSimilarity(strict.metric) && strict.metric != Metric::kCca) {
    job.why_not = absl::StrCat("metric ", Name(strict.metric), " fits no map on training words");
  }
  return job;
}

RigourJob Detrended(const AlignmentOptions& strict) {
  RigourJob job = {"detrended", strict, ""};
  job.options.arrays.clear();
  job.options.time_generalisation = false;
  if (IsSimilarity(strict.metric)) {
    job.why_not = absl::StrCat("p values of metric ", Name(strict.metric),
                               " from shifts are not calibrated with detrending");
  } else if (strict.uncertainty.detrend) {
    job.why_not =
        absl::StrCat("the part strict is detrended already, by polynomials of degree 0 to ",
                     *strict.uncertainty.detrend);
  } else {
    job.options.uncertainty.detrend = kRigourDetrend;
  }
  return job;
}

RigourJob Swapped(const AlignmentOptions& strict) {
  RigourJob job = {kSwappedPart, ScoresAlone(strict), ""};
  job.options.uncertainty.nulls = strict.uncertainty.nulls;
  job.options.uncertainty.null_by = NullBy::kSwap;
  if (strict.uncertainty.nulls == 0) job.why_not = "no nulls were asked for (--nulls 0)";
  return job;
}

// `name`: that of the part.
RigourJob WithNuisance(const char* name, const AlignmentOptions& strict) {
  RigourJob job = {name, strict, ""};
  job.options.arrays.clear();
  job.options.uncertainty.draws = 0;
  job.options.uncertainty.block_words.reset();
  job.options.time_generalisation = false;
  if (IsSimilarity(strict.metric)) {
    job.why_not = absl::StrCat("metric ", Name(strict.metric), " is not computed with nuisance");
  }
  return job;
}

RigourJob Untrained(const AlignmentOptions& strict) {
  RigourJob job = {"untrained", ScoresAlone(strict), ""};
  job.options.uncertainty.draws = strict.uncertainty.draws;
  job.options.uncertainty.block_words = strict.uncertainty.block_words;
  return job;
}

// Its inputs follow from the result of the first job (WithNeighbours).
RigourJob FromNeighbours(const AlignmentOptions& strict) {
  RigourJob job = {"neighbours", OptionsOfNeighbours(strict), ""};
  if (IsSimilarity(strict.metric)) {
    job.why_not = absl::StrCat("metric ", Name(strict.metric), " predicts nothing");
  }
  return job;
}

void SetNuisanceOf(const char* part, const NuisanceOfRigour& nuisance,
                   std::vector<RigourJob>& jobs) {
  for (RigourJob& job : jobs) {
    if (job.name != part || !job.why_not.empty()) continue;
    job.options.nuisance = nuisance.names;
    job.why_not = nuisance.why_none;
  }
}

}  // namespace

absl::StatusOr<std::vector<RigourJob>> PlanRigour(const AlignmentOptions& asked,
                                                  const GivenOptions& given) {
  if (asked.preset == Preset::kPaper) {
    return absl::InvalidArgumentError(
        "--preset is paper, but --rigour compares paper with strict; leave --preset out.");
  }
  if (asked.fold_by == FoldBy::kShuffled) {
    return absl::InvalidArgumentError(
        "--fold-by is shuffled, but --rigour compares shuffled folds with honest ones; use "
        "contiguous or group, or leave --fold-by out.");
  }
  if (asked.uncertainty.swaps_sessions()) {
    return absl::InvalidArgumentError(
        "--null-by is swap, but --rigour swaps sessions in a part of its own, beside shifts; leave "
        "--null-by out.");
  }
  const AlignmentOptions strict = StrictOptions(asked, given);
  return std::vector<RigourJob>{{"strict", strict, ""},
                                Paper(strict),
                                Shuffled(strict),
                                Detrended(strict),
                                WithNuisance(kNuisancePart, strict),
                                Untrained(strict),
                                FromNeighbours(strict),
                                Swapped(strict),
                                WithNuisance(kPreviousPart, strict)};
}

void RefuseSwaps(const std::string& why_not, std::vector<RigourJob>& jobs) {
  for (RigourJob& job : jobs) {
    if (job.name == kSwappedPart && job.why_not.empty()) job.why_not = why_not;
  }
}

void SetNuisance(const NuisanceOfRigour& nuisance, std::vector<RigourJob>& jobs) {
  SetNuisanceOf(kNuisancePart, nuisance, jobs);
}

void SetPreviousWords(const NuisanceOfRigour& previous, std::vector<RigourJob>& jobs) {
  SetNuisanceOf(kPreviousPart, previous, jobs);
}

bool WantsPreviousWords(const std::vector<RigourJob>& jobs) {
  return std::any_of(jobs.begin(), jobs.end(), [](const RigourJob& job) {
    return job.name == kPreviousPart && job.why_not.empty();
  });
}

}  // namespace brainalign
