#include "core/problem/folds.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

Words Without(const Words& words, const Words& removed) {
  Words rest;
  std::set_difference(words.begin(), words.end(), removed.begin(), removed.end(),
                      std::back_inserter(rest));
  return rest;
}

Words AllWords(std::int32_t n) {
  Words words(static_cast<std::size_t>(n));
  std::iota(words.begin(), words.end(), 0);
  return words;
}

std::int64_t SessionOf(const FoldInputs& inputs, std::int32_t word) {
  return inputs.groups.empty() ? 0 : inputs.groups[static_cast<std::size_t>(word)];
}

// Inner folds of one outer fold. Empty, with a problem, where one has no words to fit on.
std::vector<InnerFold> MakeInnerFolds(const FoldInputs& inputs, const AlignmentSpec& spec, int fold,
                                      const Words& train, std::vector<FieldProblem>& problems) {
  std::vector<InnerFold> inner;
  const auto n = static_cast<std::int32_t>(train.size());
  if (n < spec.inner_folds) {
    problems.push_back(
        {"options.inner_folds", absl::StrCat("fold ", fold + 1, " keeps ", n,
                                             " training words, fewer than ", spec.inner_folds,
                                             " inner folds; use fewer folds or a "
                                             "smaller purge_seconds")});
    return inner;
  }
  for (const Words& positions : ContiguousFolds(n, spec.inner_folds)) {
    InnerFold part;
    for (std::int32_t position : positions) {
      part.held.push_back(train[static_cast<std::size_t>(position)]);
    }
    part.purged = WordsNear(inputs, Without(train, part.held), part.held, spec.purge_seconds);
    if (part.held.size() + part.purged.size() >= train.size()) {
      problems.push_back(
          {"options.purge_seconds",
           absl::StrCat("purge_seconds is ", spec.purge_seconds, ", and inner fold ",
                        inner.size() + 1, " of fold ", fold + 1,
                        " keeps no word to fit on; use a smaller value or fewer folds")});
      return {};
    }
    inner.push_back(std::move(part));
  }
  return inner;
}

}  // namespace

std::vector<Words> ContiguousFolds(std::int32_t n, int k) {
  std::vector<Words> folds(static_cast<std::size_t>(k));
  std::int32_t next = 0;
  for (int fold = 0; fold < k; ++fold) {
    Words& words = folds[static_cast<std::size_t>(fold)];
    words.resize(static_cast<std::size_t>(n / k + (fold < n % k ? 1 : 0)));
    std::iota(words.begin(), words.end(), next);
    next += static_cast<std::int32_t>(words.size());
  }
  return folds;
}

std::vector<Words> GroupFolds(const std::vector<std::int64_t>& groups, int k) {
  std::map<std::int64_t, std::int32_t> rank;  // group -> order of first appearance
  for (std::int64_t group : groups) {
    rank.emplace(group, static_cast<std::int32_t>(rank.size()));
  }
  std::vector<std::size_t> fold_of_rank(rank.size());
  const std::vector<Words> parts = ContiguousFolds(static_cast<std::int32_t>(rank.size()), k);
  for (std::size_t fold = 0; fold < parts.size(); ++fold) {
    for (std::int32_t r : parts[fold]) fold_of_rank[static_cast<std::size_t>(r)] = fold;
  }
  std::vector<Words> folds(static_cast<std::size_t>(k));
  for (std::size_t word = 0; word < groups.size(); ++word) {
    folds[fold_of_rank[static_cast<std::size_t>(rank.at(groups[word]))]].push_back(
        static_cast<std::int32_t>(word));
  }
  return folds;
}

Words WordsNear(const FoldInputs& inputs, const Words& candidates, const Words& near,
                double seconds) {
  Words result;
  if (inputs.onsets_seconds.empty() || seconds <= 0) return result;
  std::map<std::int64_t, std::vector<double>> onsets_of_session;
  for (std::int32_t word : near) {
    onsets_of_session[SessionOf(inputs, word)].push_back(
        inputs.onsets_seconds[static_cast<std::size_t>(word)]);
  }
  for (auto& [session, onsets] : onsets_of_session) std::sort(onsets.begin(), onsets.end());
  for (std::int32_t word : candidates) {
    const auto session = onsets_of_session.find(SessionOf(inputs, word));
    if (session == onsets_of_session.end()) continue;
    const double onset = inputs.onsets_seconds[static_cast<std::size_t>(word)];
    const std::vector<double>& onsets = session->second;
    const auto after = std::lower_bound(onsets.begin(), onsets.end(), onset);
    const bool is_near = (after != onsets.end() && *after - onset < seconds) ||
                         (after != onsets.begin() && onset - *std::prev(after) < seconds);
    if (is_near) result.push_back(word);
  }
  return result;
}

std::vector<OuterFold> MakeFolds(const FoldInputs& inputs, const AlignmentSpec& spec,
                                 std::vector<FieldProblem>& problems) {
  std::vector<Words> tests;
  if (spec.fold_by == FoldBy::kGroup) {
    std::map<std::int64_t, int> seen;
    for (std::int64_t group : inputs.groups) seen.emplace(group, 0);
    if (static_cast<int>(seen.size()) < spec.folds) {
      problems.push_back(
          {"options.folds",
           absl::StrCat("folds is ", spec.folds, ", but there are only ", seen.size(),
                        " groups to make whole-group folds of; use at most ", seen.size(),
                        " folds, or fold_by contiguous")});
      return {};
    }
    tests = GroupFolds(inputs.groups, spec.folds);
  } else {
    if (inputs.words < spec.folds) {
      problems.push_back(
          {"options.folds", absl::StrCat("folds is ", spec.folds, ", but there are only ",
                                         inputs.words, " words; use at most one fold a word")});
      return {};
    }
    tests = ContiguousFolds(inputs.words, spec.folds);
  }

  std::vector<OuterFold> folds;
  const Words all = AllWords(inputs.words);
  for (Words& test : tests) {
    OuterFold fold;
    const Words others = Without(all, test);
    fold.purged = WordsNear(inputs, others, test, spec.purge_seconds);
    fold.train = Without(others, fold.purged);
    fold.test = std::move(test);
    const int index = static_cast<int>(folds.size());
    if (fold.train.size() < 2) {
      problems.push_back({"options.purge_seconds",
                          absl::StrCat("purge_seconds is ", spec.purge_seconds, ", and fold ",
                                       index + 1, " keeps ", fold.train.size(),
                                       " training words; use a smaller value or fewer folds")});
      return {};
    }
    if (spec.selection == Selection::kBlocked) {
      const std::size_t before = problems.size();
      fold.inner = MakeInnerFolds(inputs, spec, index, fold.train, problems);
      if (problems.size() != before) return {};
    }
    folds.push_back(std::move(fold));
  }
  return folds;
}

}  // namespace brainalign
