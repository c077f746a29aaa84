#include "core/problem/folds.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/problem/split_mix.h"

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

// `words` in the order that folds are cut from.
Words InFoldOrder(Words words, FoldBy fold_by) {
  if (fold_by != FoldBy::kShuffled) return words;
  std::sort(words.begin(), words.end(), [](std::int32_t a, std::int32_t b) {
    return SplitMix(static_cast<std::uint64_t>(a)) < SplitMix(static_cast<std::uint64_t>(b));
  });
  return words;
}

// (k) `words`, which are in the order that folds are cut from, in `k` stretches. Each ascends.
std::vector<Words> CutInto(const Words& words, int k) {
  std::vector<Words> parts = ContiguousFolds(static_cast<std::int32_t>(words.size()), k);
  for (Words& part : parts) {
    for (std::int32_t& word : part) word = words[static_cast<std::size_t>(word)];
    std::sort(part.begin(), part.end());
  }
  return parts;
}

std::int64_t SessionOf(const FoldInputs& inputs, std::int32_t word) {
  return inputs.sessions.empty() ? 0 : inputs.sessions[static_cast<std::size_t>(word)];
}

// Whether one of `onsets` (ascending) lies nearer than `seconds` to `onset`.
bool HasOnsetNear(const std::vector<double>& onsets, double onset, double seconds) {
  const auto after = std::lower_bound(onsets.begin(), onsets.end(), onset);
  return (after != onsets.end() && *after - onset < seconds) ||
         (after != onsets.begin() && onset - *std::prev(after) < seconds);
}

// The purge leaves too few words; `what_is_left` describes where. The problem names the option if
// it was set.
FieldProblem DescribeEmptyPurge(const FoldInputs& inputs, const AlignmentSpec& spec,
                                const std::string& what_is_left) {
  if (spec.purge_seconds != inputs.epoch_seconds) {
    return {"options.purge_seconds",
            absl::StrCat("purge_seconds is ", spec.purge_seconds, ", and ", what_is_left,
                         "; use a smaller value or fewer folds")};
  }
  return {"brain.times_seconds",
          absl::StrCat("the times span ", inputs.epoch_seconds,
                       " s, words that begin nearer to each other than this share samples and are "
                       "purged, and so ",
                       what_is_left, "; ", inputs.advice, inputs.advice.empty() ? "" : "; ",
                       "else use a shorter stretch of times, fewer folds or a smaller "
                       "purge_seconds")};
}

// Inner folds of `outer`, which is fold `index`. Empty, with a problem, where one has no words to
// fit on.
std::vector<InnerFold> MakeInnerFolds(const FoldInputs& inputs, const AlignmentSpec& spec,
                                      int index, const OuterFold& outer,
                                      std::vector<FieldProblem>& problems) {
  std::vector<InnerFold> inner;
  const Words& train = outer.train;
  const auto n = static_cast<std::int32_t>(train.size());
  if (n < spec.inner_folds) {
    const std::string what_is_left =
        absl::StrCat("fold ", index + 1, " keeps ", n, " training words, fewer than ",
                     spec.inner_folds, " inner folds");
    problems.push_back(
        outer.purged.empty()
            ? FieldProblem{"options.inner_folds",
                           absl::StrCat("inner_folds is ", spec.inner_folds, ", and ", what_is_left,
                                        "; use fewer of them")}
            : DescribeEmptyPurge(inputs, spec, what_is_left));
    return inner;
  }
  for (Words& held : CutInto(InFoldOrder(train, spec.fold_by), spec.inner_folds)) {
    InnerFold part;
    part.held = std::move(held);
    part.purged = WordsNear(inputs, Without(train, part.held), part.held, spec.purge_seconds);
    if (part.held.size() + part.purged.size() >= train.size()) {
      problems.push_back(
          DescribeEmptyPurge(inputs, spec,
                             absl::StrCat("inner fold ", inner.size() + 1, " of fold ", index + 1,
                                          " has no word left to fit on")));
      return {};
    }
    inner.push_back(std::move(part));
  }
  return inner;
}

std::string DescribeFewGroups(const FoldInputs& inputs, const AlignmentSpec& spec,
                              std::size_t groups) {
  std::string text = absl::StrCat("folds is ", spec.folds, ", but ");
  if (groups == 1) {
    absl::StrAppend(&text, "all words are in one group, of which no whole-group folds can be made");
  } else {
    absl::StrAppend(&text, "there are only ", groups, " groups to make whole-group folds of");
  }
  if (!inputs.emptied_groups.empty()) {
    const bool one = inputs.emptied_groups.size() == 1;
    absl::StrAppend(&text, " (", groups + inputs.emptied_groups.size(),
                    " were given, but all words of ", one ? "group " : "groups ",
                    absl::StrJoin(inputs.emptied_groups, ", "),
                    " were dropped, as their epochs leave the recording or the session)");
  }
  absl::StrAppend(&text, "; use ");
  if (groups > 1) absl::StrAppend(&text, "at most ", groups, " folds, or ");
  return absl::StrCat(text, "fold_by contiguous");
}

// Test words of each fold. Empty, with a problem, where there are too few words or groups.
std::vector<Words> MakeTests(const FoldInputs& inputs, const AlignmentSpec& spec,
                             std::vector<FieldProblem>& problems) {
  if (spec.fold_by != FoldBy::kGroup) {
    if (inputs.words / 2 >= spec.folds) {
      return CutInto(InFoldOrder(AllWords(inputs.words), spec.fold_by), spec.folds);
    }
    problems.push_back({"options.folds",
                        absl::StrCat("folds is ", spec.folds, ", but there are only ", inputs.words,
                                     " words; a score needs at least 2 test words",
                                     inputs.words < 4 ? ""
                                                      : absl::StrCat(", so use at most ",
                                                                     inputs.words / 2, " folds"))});
    return {};
  }
  const std::set<std::int64_t> groups(inputs.groups.begin(), inputs.groups.end());
  if (static_cast<int>(groups.size()) < spec.folds) {
    problems.push_back({"options.folds", DescribeFewGroups(inputs, spec, groups.size())});
    return {};
  }
  std::vector<Words> tests = GroupFolds(inputs.groups, spec.folds);
  for (std::size_t fold = 0; fold < tests.size(); ++fold) {
    if (tests[fold].size() >= 2) continue;
    problems.push_back(
        {"options.fold_by",
         absl::StrCat("fold_by is group, and fold ", fold + 1, " would be group ",
                      inputs.groups[static_cast<std::size_t>(tests[fold].front())],
                      ", which has one word; a score needs at least 2 test words: use fewer folds, "
                      "larger groups, or fold_by contiguous")});
    return {};
  }
  return tests;
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
  std::vector<double> all_onsets;
  for (std::int32_t word : near) {
    const double onset = inputs.onsets_seconds[static_cast<std::size_t>(word)];
    onsets_of_session[SessionOf(inputs, word)].push_back(onset);
    if (inputs.one_clock) all_onsets.push_back(onset);
  }
  for (auto& [session, onsets] : onsets_of_session) std::sort(onsets.begin(), onsets.end());
  std::sort(all_onsets.begin(), all_onsets.end());
  const double shared_seconds = std::min(seconds, inputs.epoch_seconds);
  for (std::int32_t word : candidates) {
    const double onset = inputs.onsets_seconds[static_cast<std::size_t>(word)];
    const auto session = onsets_of_session.find(SessionOf(inputs, word));
    const bool in_session =
        session != onsets_of_session.end() && HasOnsetNear(session->second, onset, seconds);
    if (in_session || HasOnsetNear(all_onsets, onset, shared_seconds)) result.push_back(word);
  }
  return result;
}

std::int64_t CountPurgedAcrossGroups(const FoldInputs& inputs, const std::vector<OuterFold>& folds,
                                     double purge_seconds) {
  if (inputs.groups.empty()) return 0;
  FoldInputs by_group = inputs;
  by_group.sessions = inputs.groups;
  by_group.one_clock = false;
  std::int64_t across = 0;
  for (const OuterFold& fold : folds) {
    const Words inside = WordsNear(by_group, fold.purged, fold.test, purge_seconds);
    across += static_cast<std::int64_t>(fold.purged.size() - inside.size());
  }
  return across;
}

std::vector<OuterFold> MakeFolds(const FoldInputs& inputs, const AlignmentSpec& spec,
                                 std::vector<FieldProblem>& problems) {
  std::vector<Words> tests = MakeTests(inputs, spec, problems);
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
      problems.push_back(DescribeEmptyPurge(
          inputs, spec,
          absl::StrCat("fold ", index + 1, " keeps ", fold.train.size(), " training words")));
      return {};
    }
    if (spec.selection == Selection::kBlocked) {
      const std::size_t before = problems.size();
      fold.inner = MakeInnerFolds(inputs, spec, index, fold, problems);
      if (problems.size() != before) return {};
    }
    folds.push_back(std::move(fold));
  }
  return folds;
}

}  // namespace brainalign
