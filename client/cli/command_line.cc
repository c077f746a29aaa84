#include "client/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/command_tree.h"
#include "client/cli/console.h"
#include "client/cli/help.h"
#include "client/cli/list_arguments.h"

namespace brainalign {

namespace {

// To CLI11 a list with nothing between its commas has no value yet, so that it would take the next
// flag for one, and it leaves out entries that are empty. What is wrong with such a list; empty if
// there is none.
std::string DescribeEmptyList(const std::vector<std::string>& arguments) {
  std::vector<std::string> lists = NumberListFlags();
  lists.insert(lists.end(), {"--arrays", "--state", "--metrics", "--directions", "--for"});
  std::string flag;
  for (const std::string& argument : arguments) {
    std::string given = argument;
    if (absl::StartsWith(argument, "--")) {
      const std::size_t equals = argument.find('=');
      flag = argument.substr(0, equals);
      given = equals == std::string::npos ? "" : argument.substr(equals + 1);
    }
    if (given.empty() || std::find(lists.begin(), lists.end(), flag) == lists.end()) continue;
    if (given.find_first_not_of(", ") == std::string::npos) {
      return absl::StrCat(flag, ": '", given,
                          "' names nothing; write values with commas between\n");
    }
    std::string joined = given;
    std::erase(joined, ' ');
    if (absl::StrContains(joined, ",,")) {
      return absl::StrCat(flag, ": '", given, "' has nothing between two commas\n");
    }
  }
  return "";
}

}  // namespace

int RunCommandLine(const std::vector<std::string>& arguments, std::FILE* out, std::FILE* err,
                   const std::stop_token& stop) {
  CLI::App app(kProgramDescription, "brainalign");
  SharedFlags flags;
  const std::vector<Verb> verbs = DeclareVerbs(app, flags);
  if (const std::string unknown = DescribeUnknownVerb(app, arguments); !unknown.empty()) {
    std::fputs(unknown.c_str(), err);
    return kExitWrongInput;
  }
  if (const std::string empty = DescribeEmptyList(arguments); !empty.empty()) {
    std::fputs(empty.c_str(), err);
    return kExitWrongInput;
  }
  // CLI11 reports by throwing, and takes its arguments last first.
  try {
    const std::vector<std::string> joined = JoinNumbers(arguments, NumberListFlags());
    std::vector<std::string> reversed(joined.rbegin(), joined.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    std::ostringstream to_out;
    std::ostringstream to_err;
    const int code = app.exit(error, to_out, to_err);
    std::fputs(to_out.str().c_str(), out);
    std::fputs(to_err.str().c_str(), err);
    return code == 0 ? kExitDone : kExitWrongInput;
  }
  const ColorChoice choice = flags.color == "always"  ? ColorChoice::kAlways
                             : flags.color == "never" ? ColorChoice::kNever
                                                      : ColorChoice::kAuto;
  Console console{.stop = stop,
                  .out = Terminal::Of(out, choice),
                  .err = Terminal::Of(err, choice),
                  .quiet = flags.quiet};
  const auto chosen =
      std::find_if(verbs.begin(), verbs.end(), [](const Verb& v) { return v.app->parsed(); });
  return chosen->run(console);
}

}  // namespace brainalign
