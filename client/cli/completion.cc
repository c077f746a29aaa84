#include "client/cli/completion.h"

#include <CLI/CLI.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace brainalign {
namespace {

// The branches of two case statements: words by the verbs before, and by the verbs and the flag.
struct Branches {
  std::string words;
  std::string values;
};

std::vector<std::string> FlagsOf(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_lnames()) flags.push_back(absl::StrCat("--", name));
  for (const std::string& name : option.get_snames()) flags.push_back(absl::StrCat("-", name));
  return flags;
}

// The words that an option takes, of its type "TEXT:{auto,always,never}"; else none.
std::vector<std::string> ChoicesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  return absl::StrSplit(type.substr(begin + 1, end - begin - 1), ',');
}

void Collect(const CLI::App& app, const std::string& path, Branches& branches) {
  std::vector<std::string> words;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) words.push_back(verb->get_name());
  for (const CLI::Option* option : app.get_options(nullptr)) {
    const std::vector<std::string> flags = FlagsOf(*option);
    words.insert(words.end(), flags.begin(), flags.end());
    const std::vector<std::string> choices = ChoicesOf(*option);
    if (choices.empty() || flags.empty()) continue;
    std::vector<std::string> patterns;
    for (const std::string& flag : flags) {
      patterns.push_back(absl::StrCat("'", path, " ", flag, "'"));
    }
    absl::StrAppend(&branches.values, "    ", absl::StrJoin(patterns, " | "), ") words='",
                    absl::StrJoin(choices, " "), "' ;;\n");
  }
  absl::StrAppend(&branches.words, "    '", path, "') words='", absl::StrJoin(words, " "),
                  "' ;;\n");
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    Collect(*verb, absl::StrCat(path, path.empty() ? "" : " ", verb->get_name()), branches);
  }
}

std::vector<std::string> PathsOf(const CLI::App& app, const std::string& path) {
  std::vector<std::string> paths;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    paths.push_back(absl::StrCat(path, path.empty() ? "" : " ", verb->get_name()));
    const std::vector<std::string> below = PathsOf(*verb, paths.back());
    paths.insert(paths.end(), below.begin(), below.end());
  }
  return paths;
}

constexpr char kBash[] = R"(# Completion of brainalign for bash.
_brainalign() {
  local current=${COMP_WORDS[COMP_CWORD]} path='' words='' word next
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="${path:+$path }$word"
    case $next in
      @PATHS@) path=$next ;;
    esac
  done
  case $path in
@WORDS@  esac
  case "$path ${COMP_WORDS[COMP_CWORD-1]}" in
@VALUES@  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _brainalign brainalign
)";

constexpr char kZsh[] = R"(#compdef brainalign
# Completion of brainalign for zsh.
_brainalign() {
  local path_of_verbs='' words_here='' word next
  for word in "${(@)words[2,CURRENT-1]}"; do
    next="${path_of_verbs:+$path_of_verbs }$word"
    case $next in
      @PATHS@) path_of_verbs=$next ;;
    esac
  done
  case $path_of_verbs in
@WORDS@  esac
  case "$path_of_verbs ${words[CURRENT-1]}" in
@VALUES@  esac
  compadd -- ${=words_here}
  _files
}
_brainalign "$@"
)";

}  // namespace

std::string CompletionScript(const CLI::App& app, Shell shell) {
  Branches branches;
  Collect(app, "", branches);
  std::vector<std::string> paths = PathsOf(app, "");
  for (std::string& path : paths) path = absl::StrCat("'", path, "'");
  std::string words = branches.words;
  std::string values = branches.values;
  if (shell == Shell::kZsh) {
    words = absl::StrReplaceAll(words, {{" words='", " words_here='"}});
    values = absl::StrReplaceAll(values, {{" words='", " words_here='"}});
  }
  return absl::StrReplaceAll(
      shell == Shell::kBash ? kBash : kZsh,
      {{"@PATHS@", absl::StrJoin(paths, " | ")}, {"@WORDS@", words}, {"@VALUES@", values}});
}

}  // namespace brainalign
