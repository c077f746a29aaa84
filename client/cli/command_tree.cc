#include "client/cli/command_tree.h"

#include <CLI/CLI.hpp>

#include "client/cli/help.h"

namespace brainalign {
namespace {

constexpr char kFooter[] =
    "Example:\n  brainalign simulate experiment\n  brainalign run experiment --out "
    "result.json\n\nExit codes: 0 done; 1 the job failed or was cancelled; 2 wrong usage or "
    "input;\n3 the server could not be reached, or rejected the call; 130 interrupted by Ctrl-C.";

}  // namespace

const char kProgramDescription[] =
    "Aligns a brain recording with a language model's activations, layer by layer\n"
    "and time sample by time sample.";

std::vector<Verb> DeclareVerbs(CLI::App& app, SharedFlags& flags) {
  app.footer(kFooter);
  app.set_version_flag("--version", VersionText());
  app.require_subcommand(1);
  std::vector<Verb> verbs = {
      AddRun(app),       AddSimulate(app), AddUpload(app),   AddSubmit(app), AddWatch(app),
      AddResult(app),    AddCompare(app),  AddSubjects(app), AddReport(app), AddList(app),
      AddCancel(app),    AddDelete(app),   AddInfo(app),     AddLogin(app),  AddLogout(app),
      AddWhoami(app),    AddFilter(app),   AddCeiling(app),  AddImport(app), AddRecording(app),
      AddWordTable(app), AddModel(app),    AddAdmin(app),    AddHelp(app),   AddVersion(app)};
  for (const Verb& verb : verbs) {
    verb.app->add_flag("--quiet,-q", flags.quiet, "Show only errors");
    verb.app->add_option("--color", flags.color, "Whether output is coloured")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
  }
  return verbs;
}

}  // namespace brainalign
