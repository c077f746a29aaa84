// brainalign import: an experiment made of a lab's files.
#include "client/lab_files/import.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/filter_flags.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"

namespace brainalign {
namespace {

struct ImportFlags {
  std::vector<std::string> paths;  // files, then the folder
  std::vector<std::string> take;
  std::string words;
  bool list = false;
  bool json = false;
};

// A line for each variable: name, type, shape, and why it cannot be taken.
std::string LinesOfList(const std::string& json) {
  const nlohmann::ordered_json list =
      nlohmann::ordered_json::parse(json, nullptr, /*allow_exceptions=*/false);
  std::string lines;
  for (const auto& file : list) {
    absl::StrAppend(&lines, Printable(file["file"].get<std::string>()), ", ",
                    file["format"].get<std::string>(), "\n");
    std::size_t name_width = 0;
    std::size_t type_width = 0;
    for (const auto& variable : file["variables"]) {
      name_width = std::max(name_width, Printable(variable["name"].get<std::string>()).size());
      type_width = std::max(type_width, Printable(variable["type"].get<std::string>()).size());
    }
    for (const auto& variable : file["variables"]) {
      std::string name = Printable(variable["name"].get<std::string>());
      std::string type = Printable(variable["type"].get<std::string>());
      name.resize(name_width, ' ');
      type.resize(type_width, ' ');
      std::string shape;
      for (const auto& length : variable["shape"]) {
        absl::StrAppend(&shape, shape.empty() ? "" : ", ", length.get<std::int64_t>());
      }
      absl::StrAppend(&lines, "  ", name, "  ", type, "  (", shape, ")");
      if (variable.contains("refusal")) {
        absl::StrAppend(&lines, "  cannot be taken: it ",
                        Printable(variable["refusal"].get<std::string>()));
      }
      lines += "\n";
    }
  }
  return lines;
}

int List(const Console& console, const ImportFlags& flags) {
  const absl::StatusOr<std::string> list = ListLabFiles(flags.paths, console.stop);
  if (!list.ok()) return console.Fail(kExitWrongInput, list.status());
  console.out.Write(flags.json ? *list : LinesOfList(*list));
  return kExitDone;
}

int Import(const Console& console, const ImportFlags& flags) {
  if (flags.list) return List(console, flags);
  ImportOptions options{.files = flags.paths, .takings = flags.take, .words = flags.words};
  if (options.files.size() < 2) {
    return console.Fail(kExitWrongInput,
                        absl::InvalidArgumentError("give a file and then the folder to write, or "
                                                   "--list to see the variables of the file"));
  }
  options.dir = std::move(options.files.back());
  options.files.pop_back();
  if (options.dir.empty()) {
    return console.Fail(kExitWrongInput,
                        absl::InvalidArgumentError("DIR is empty; give the folder to write"));
  }
  std::vector<std::string> notes;
  const int code = ShowPreparation(console, [&](const PreparationRun& run) {
    const ByteProgress show = [&run](std::int64_t done, std::int64_t all) {
      if (run.on_progress) run.on_progress("importing", done, all);
    };
    absl::StatusOr<std::vector<std::string>> imported =
        ImportLabFiles(options, {.stop = run.stop, .on_progress = show});
    if (imported.ok()) notes = *std::move(imported);
    return imported.status();
  });
  if (code != kExitDone) return code;
  console.TellNotes(notes);
  console.Tell(absl::StrCat("written to ", Printable(options.dir)));
  return kExitDone;
}

}  // namespace

Verb AddImport(CLI::App& root) {
  auto flags = std::make_shared<ImportFlags>();
  CLI::App* app = root.add_subcommand("import", "Make an experiment from MATLAB and HDF5 files");
  app->footer(
      "Example:\n  brainalign import subject.mat --list\n"
      "  brainalign import subject.mat experiment --take meg=epochs:sensors,times,words");
  app->add_option("PATH", flags->paths,
                  "Files to read, then the folder to write: a new one, or one to add files to")
      ->type_name("FILE... DIR")
      ->required();
  CLI::Option* const list =
      app->add_flag("--list", flags->list, "List the variables in the files, and write nothing");
  app->add_option(
         "--take", flags->take,
         "Which file to make from a variable, such as meg=epochs. If its axes have another order, "
         "list them in the variable's order: meg=epochs:sensors,times,words. Can be repeated. NAME "
         "is meg, continuous, sfreq, times, onsets, groups, sessions, activations or depth. "
         "activations=layer-* takes one variable per layer. Without --take, variables with these "
         "names are taken")
      ->type_name("NAME=VARIABLE[:AXES]")
      ->allow_extra_args(false)
      ->excludes(list);
  app->add_option("--words", flags->words, "Word table to copy, such as a transcript.tsv")
      ->type_name("FILE")
      ->excludes(list);
  app->add_flag("--json", flags->json, "With --list: as JSON")->needs(list);
  return Verb{.app = app, .run = [flags](Console& console) { return Import(console, *flags); }};
}

}  // namespace brainalign
