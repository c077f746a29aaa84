#include "client/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "client/cli/console.h"
#include "client/cli/verb.h"
#include "core/problem/spec.h"
#include "core/version.h"

namespace brainalign {
namespace {

constexpr char kDescription[] =
    "Aligns a brain recording with a language model's activations, layer by layer\n"
    "and time sample by time sample.";

constexpr char kFooter[] =
    "Example:\n"
    "  brainalign simulate experiment\n"
    "  brainalign run experiment --out result.json\n\n"
    "Exit codes: 0 done; 1 the job failed or was cancelled; 2 wrong usage or input;\n"
    "3 the server was not reached or refused; 130 interrupted by Ctrl-C.";

}  // namespace

int RunCommandLine(const std::vector<std::string>& arguments, std::FILE* out, std::FILE* err,
                   const std::stop_token& stop) {
  CLI::App app(kDescription, "brainalign");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("brainalign ") + Version() + " (numerics " +
                                        NumericsVersion() + ")");
  app.require_subcommand(1);
  std::string color = "auto";
  bool quiet = false;
  const std::vector<Verb> verbs = {
      AddRun(app),    AddSimulate(app),  AddUpload(app), AddSubmit(app), AddWatch(app),
      AddResult(app), AddList(app),      AddCancel(app), AddInfo(app),   AddLogin(app),
      AddLogout(app), AddRecording(app), AddAdmin(app)};
  for (const Verb& verb : verbs) {
    verb.app->add_flag("--quiet,-q", quiet, "Errors only");
    verb.app->add_option("--color", color, "Colour of what is shown")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
  }
  // CLI11 reports by throwing, and takes its arguments last first.
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    std::ostringstream to_out;
    std::ostringstream to_err;
    const int code = app.exit(error, to_out, to_err);
    std::fputs(to_out.str().c_str(), out);
    std::fputs(to_err.str().c_str(), err);
    return code == 0 ? kExitDone : kExitWrongInput;
  }
  const ColorChoice choice = color == "always"  ? ColorChoice::kAlways
                             : color == "never" ? ColorChoice::kNever
                                                : ColorChoice::kAuto;
  Console console{.stop = stop,
                  .out = Terminal::Of(out, choice),
                  .err = Terminal::Of(err, choice),
                  .quiet = quiet};
  const auto chosen =
      std::find_if(verbs.begin(), verbs.end(), [](const Verb& v) { return v.app->parsed(); });
  return chosen->run(console);
}

}  // namespace brainalign
