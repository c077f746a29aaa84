#include "client/cli/help.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/terminal/text.h"
#include "core/problem/spec.h"
#include "core/version.h"

namespace brainalign {
namespace {

// Letters to insert, leave out, change or swap with the next until `a` is `b`.
int Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<int>> steps(a.size() + 1, std::vector<int>(b.size() + 1));
  std::iota(steps[0].begin(), steps[0].end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    steps[i][0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int change = a[i - 1] == b[j - 1] ? 0 : 1;
      steps[i][j] =
          std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  }
  return steps[a.size()][b.size()];
}

std::vector<std::string> VerbsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands(nullptr)) names.push_back(verb->get_name());
  return names;
}

const CLI::App* FindVerb(const CLI::App& app, const std::string& name) {
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    if (verb->get_name() == name) return verb;
  }
  return nullptr;
}

// The nearest, if it is near enough to be a slip; else empty.
std::string Nearest(const std::string& word, const std::vector<std::string>& names) {
  constexpr int kMostSlips = 2;
  std::string nearest;
  int least = kMostSlips + 1;
  for (const std::string& name : names) {
    // Of a short word two letters are most of it.
    const int distance = Distance(word, name);
    if (distance < least && 2 * distance <= static_cast<int>(name.size())) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string Describe(const CLI::App& app, const std::string& called, const std::string& word) {
  const std::vector<std::string> names = VerbsOf(app);
  const std::string verbs = absl::StrJoin(names, ", ");
  if (word.empty()) {
    return absl::StrCat(called, ": a verb is missing. There are: ", verbs, ".\n", called,
                        " --help describes each.\n");
  }
  const std::string meant = Nearest(word, names);
  return absl::StrCat(called, ": there is no verb \"", Printable(word), "\".",
                      meant.empty() ? "" : absl::StrCat(" Did you mean ", meant, "?"),
                      " There are: ", verbs, ".\n");
}

// What is before a verb can only be an option of `app`. Empty if it is one.
std::string DescribeUnknownOption(const CLI::App& app, const std::string& called,
                                  const std::string& argument) {
  const std::string name = argument.substr(0, argument.find('='));
  if (app.get_option_no_throw(name) != nullptr) return "";
  std::vector<std::string> known;
  for (const CLI::Option* const option : app.get_options()) known.push_back(option->get_name());
  const std::string meant = Nearest(name, known);
  return absl::StrCat(called, ": there is no option \"", Printable(name), "\".",
                      meant.empty() ? "" : absl::StrCat(" Did you mean ", meant, "?"), " ", called,
                      " --help describes those that there are.\n");
}

struct HelpFlags {
  std::vector<std::string> verbs;
};

int Help(const Console& console, const CLI::App& root, const HelpFlags& flags) {
  const CLI::App* app = &root;
  std::string before = "brainalign";  // the verb's own name goes behind it
  for (const std::string& name : flags.verbs) {
    const CLI::App* const verb = FindVerb(*app, name);
    if (verb == nullptr) {
      console.err.Write(Describe(*app, before, name));
      return kExitWrongInput;
    }
    if (app != &root) absl::StrAppend(&before, " ", app->get_name());
    app = verb;
  }
  // App::help would describe the parsed verb, which is help itself.
  console.out.Write(app == &root
                        ? root.get_formatter()->make_help(&root, before, CLI::AppFormatMode::Normal)
                        : app->help(before));
  return kExitDone;
}

}  // namespace

std::string VersionText() {
  return absl::StrCat("brainalign ", Version(), " (numerics ", NumericsVersion(), ")");
}

std::string DescribeUnknownVerb(const CLI::App& root, const std::vector<std::string>& arguments) {
  const CLI::App* app = &root;
  std::string called = "brainalign";
  for (std::size_t i = 0; !app->get_subcommands(nullptr).empty(); ++i) {
    if (i == arguments.size()) return Describe(*app, called, "");
    if (arguments[i].empty()) return "";
    if (arguments[i][0] == '-') return DescribeUnknownOption(*app, called, arguments[i]);
    const CLI::App* const verb = FindVerb(*app, arguments[i]);
    if (verb == nullptr) return Describe(*app, called, arguments[i]);
    absl::StrAppend(&called, " ", arguments[i]);
    app = verb;
  }
  return "";
}

Verb AddHelp(CLI::App& root) {
  auto flags = std::make_shared<HelpFlags>();
  CLI::App* app = root.add_subcommand("help", "List the commands, or show the help of one");
  app->footer("Example:\n  brainalign help run");
  app->add_option("VERB", flags->verbs, "Name of the command");
  return Verb{.app = app,
              .run = [flags, &root](Console& console) { return Help(console, root, *flags); }};
}

Verb AddVersion(CLI::App& root) {
  CLI::App* app = root.add_subcommand("version", "Print the version");
  app->footer("Example:\n  brainalign version");
  auto json = std::make_shared<bool>(false);
  AddJsonFlag(*app, *json);
  return Verb{
      .app = app, .run = [json](Console& console) {
        const nlohmann::ordered_json versions = {{"version", Version()},
                                                 {"numerics_version", NumericsVersion()}};
        console.out.Write(absl::StrCat(*json ? versions.dump(/*indent=*/1) : VersionText(), "\n"));
        return static_cast<int>(kExitDone);
      }};
}

}  // namespace brainalign
