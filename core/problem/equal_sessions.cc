#include "core/problem/equal_sessions.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace brainalign {
namespace {

// The words of each session, as indices of kept words.
using WordsBySession = std::map<std::int64_t, std::vector<std::int32_t>>;

WordsBySession KeptWordsBySession(const Sessions& sessions, const Epochs& epochs) {
  WordsBySession words;
  if (sessions.of_word.empty()) return words;
  std::int32_t index = 0;
  for (const std::int64_t word : epochs.used_words()) {
    words[sessions.of_word[static_cast<std::size_t>(word)]].push_back(index++);
  }
  return words;
}

// "3 of session 2, 10 of session 5 and 40 of 7 more sessions"
std::string ListOfCuts(const WordsBySession& words, std::size_t shortest) {
  constexpr std::size_t kMostNamed = 8;
  std::vector<std::string> named;
  std::size_t unnamed_words = 0;
  std::size_t unnamed = 0;
  for (const auto& [session, members] : words) {
    const std::size_t cut = members.size() - shortest;
    if (cut == 0) continue;
    if (named.size() < kMostNamed) {
      named.push_back(absl::StrCat(cut, " of session ", session));
    } else {
      ++unnamed;
      unnamed_words += cut;
    }
  }
  if (unnamed > 0) named.push_back(absl::StrCat(unnamed_words, " of ", unnamed, " more sessions"));
  const std::string last = named.back();
  named.pop_back();
  return named.empty() ? last : absl::StrCat(absl::StrJoin(named, ", "), " and ", last);
}

}  // namespace

std::string WhyNoSwaps(const Sessions& sessions, const Epochs& epochs) {
  if (sessions.groups_interleave) {
    return "groups are not used as sessions, because their words are interleaved in one recording";
  }
  if (sessions.of_word.empty()) return "the words have no sessions";
  const std::size_t count = KeptWordsBySession(sessions, epochs).size();
  if (count >= static_cast<std::size_t>(kLeastSwappedSessions)) return "";
  return absl::StrCat("the words that are used are in ", count,
                      count == 1 ? " session" : " sessions");
}

EqualSessions CutToShortest(const Sessions& sessions, const Epochs& epochs, int folds,
                            std::vector<FieldProblem>& problems) {
  constexpr char kField[] = "options.null_by";
  EqualSessions equal = {.epochs = epochs, .words_left_out = 0, .note = ""};
  if (const std::string why = WhyNoSwaps(sessions, epochs); !why.empty()) {
    problems.push_back(
        {kField,
         absl::StrCat("null_by is swap, but ", why, "; swaps need at least ", kLeastSwappedSessions,
                      " sessions (groups or sessions, one for each word); use shift")});
    return equal;
  }
  const WordsBySession words = KeptWordsBySession(sessions, epochs);
  const auto shortest = std::min_element(
      words.begin(), words.end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  const std::size_t length = shortest->second.size();
  const std::int64_t left = std::ssize(words) * static_cast<std::int64_t>(length);
  const std::int64_t needed = 2 * static_cast<std::int64_t>(folds);
  if (left < needed) {
    problems.push_back(
        {kField, absl::StrCat("null_by is swap, which cuts each of the ", words.size(),
                              " sessions to the ", length, " words of the shortest, session ",
                              shortest->first, ": only ", left, " words are left, and ", folds,
                              " folds need ", needed, "; leave that session out, or use shift")});
    return equal;
  }
  equal.words_left_out = epochs.words() - left;
  if (equal.words_left_out == 0) return equal;
  std::vector<std::int32_t> kept;
  kept.reserve(static_cast<std::size_t>(left));
  for (const auto& [session, members] : words) {
    kept.insert(kept.end(), members.begin(), members.begin() + static_cast<std::ptrdiff_t>(length));
  }
  std::sort(kept.begin(), kept.end());
  equal.epochs = epochs.OfWords(kept);
  equal.note = absl::StrCat("For swaps each session was cut to its first ", length,
                            " words, as many as session ", shortest->first,
                            " has: ", equal.words_left_out, " of ", epochs.words(),
                            " words were left out (", ListOfCuts(words, length), ").");
  return equal;
}

}  // namespace brainalign
