#include "core/problem/delays.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/problem/sessions.h"

namespace brainalign {
namespace {

// As in CheckShapes: matrices of the linear algebra library count columns in 32 bits.
constexpr std::int64_t kMostFeatures = std::int64_t{1} << 30;

std::vector<std::int64_t> UsedRows(const BrainInput& brain) {
  std::vector<std::int64_t> used;
  ForEachSelected(brain, brain.words(), [&](std::int64_t row) { used.push_back(row); });
  return used;
}

std::string DescribeOutOfReach(const std::vector<int>& delays, const SessionRows& sessions,
                               const std::vector<std::int64_t>& used) {
  std::int64_t most = 0;
  for (const std::int64_t row : used) most = std::max(most, sessions.CountBefore(row));
  if (delays.back() <= most) return "";
  return absl::StrCat("has ", delays.back(), ", but no row that is used has more than ", most,
                      " rows before it in its session; leave out delays above ", most);
}

}  // namespace

SessionRows::SessionRows(const BrainInput& brain) {
  const std::vector<std::int64_t> session = SessionsOf(brain).of_word;
  const auto rows = static_cast<std::size_t>(brain.words());
  std::map<std::int64_t, std::vector<std::int32_t>> of_session;
  for (std::size_t row = 0; row < rows; ++row) {
    of_session[session.empty() ? 0 : session[row]].push_back(static_cast<std::int32_t>(row));
  }
  in_order_.reserve(rows);
  place_.resize(rows);
  first_.resize(rows);
  for (const auto& [label, members] : of_session) {
    const auto first = static_cast<std::int32_t>(in_order_.size());
    for (const std::int32_t row : members) {
      place_[static_cast<std::size_t>(row)] = static_cast<std::int32_t>(in_order_.size());
      first_[static_cast<std::size_t>(row)] = first;
      in_order_.push_back(row);
    }
  }
}

std::string DescribeBadDelays(const std::vector<int>& delays) {
  bool fits = !delays.empty() && std::ssize(delays) <= kMostDelays && delays.front() >= 0;
  for (std::size_t i = 1; i < delays.size(); ++i) fits = fits && delays[i] > delays[i - 1];
  if (fits) return "";
  return absl::StrCat("must be 1 to ", kMostDelays,
                      " whole numbers of rows from 0 up, ascending, each once, such as 1,2,3,4");
}

std::string DescribeDelaysOutOfReach(const std::vector<int>& delays, const BrainInput& brain) {
  return DescribeOutOfReach(delays, SessionRows(brain), UsedRows(brain));
}

void DelayLayers(const std::vector<int>& delays, AlignmentInputs& inputs,
                 std::vector<FieldProblem>& problems) {
  const auto refuse = [&](const std::string& why) {
    problems.push_back({"options.delays", absl::StrCat("delays ", why)});
  };
  auto delayed = std::make_shared<const DelayedRows>(
      DelayedRows{delays, SessionRows(inputs.brain), UsedRows(inputs.brain)});
  if (std::string why = DescribeOutOfReach(delays, delayed->sessions, delayed->used);
      !why.empty()) {
    return refuse(why);
  }
  std::int64_t dimensions = 0;
  for (LayerInput& layer : inputs.layers) {
    dimensions += layer.activations.dim(1);
    layer.delayed = delayed;
  }
  if (dimensions > kMostFeatures / std::ssize(delays)) {
    refuse(absl::StrCat("has ", delays.size(), " entries, which make more than 2^30 features of ",
                        dimensions, " dimensions of all layers; use fewer delays or layers"));
  }
}

std::vector<std::int64_t> RowsRead(const DelayedRows& delayed) {
  std::vector<std::int64_t> rows = delayed.used;
  for (const int delay : delayed.delays) {
    for (const std::int64_t row : delayed.used) {
      const std::int64_t before = delayed.sessions.Before(row, delay);
      if (before != kNoRow) rows.push_back(before);
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  }
  return rows;
}

std::string DescribeDelays(const DelayedRows& delayed, const std::vector<std::int64_t>& rows) {
  const auto short_of = std::count_if(rows.begin(), rows.end(), [&](std::int64_t row) {
    return delayed.sessions.CountBefore(row) < delayed.delays.back();
  });
  return absl::StrCat("The features of each row are the activations ",
                      absl::StrJoin(delayed.delays, ", "),
                      " rows before it in its session (delays); ", short_of, " of ", rows.size(),
                      " rows lack some of these, and have the mean over the rows that are used "
                      "instead.");
}

}  // namespace brainalign
