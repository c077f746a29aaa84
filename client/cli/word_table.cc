// brainalign word-table: the words that recordings are locked to.
#include <CLI/CLI.hpp>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/resource_verbs.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/experiment/word_columns.h"
#include "client/experiment/word_table_file.h"
#include "client/report/listing_json.h"
#include "client/resources/check_resource.h"
#include "client/resources/word_table_calls.h"

namespace brainalign {
namespace {

struct WordTableFlags {
  ResourceFlags resource;
  std::string display_name;
  std::string description;
  std::string table_file;  // whose columns are taken; empty: columns are given one by one
  // COLUMN=FILE of each type.
  std::vector<std::string> texts;
  std::vector<std::string> numbers;
  std::vector<std::string> integers;
  std::vector<std::string> booleans;
};

std::string Describe(const WordTable& table) {
  std::string text = absl::StrFormat("%s  %d words, %s", Printable(table.name), table.words,
                                     Printable(table.digest));
  if (!table.display_name.empty()) absl::StrAppend(&text, "  ", Printable(table.display_name));
  text += "\n";
  for (const WordColumn& column : table.columns) {
    absl::StrAppendFormat(&text, "    %-8s  %s  %s\n", Printable(column.type),
                          Printable(column.digest), Printable(column.name));
  }
  return text;
}

using WordTableVerbs = ResourceVerbs<WordTable>;

int Create(const Console& console, Client& client, const WordTableFlags& flags,
           const WordTableVerbs& verbs) {
  std::vector<TensorToUpload> tensors;
  WordTableRequest request{.name = flags.resource.name,
                           .display_name = flags.display_name,
                           .description = flags.description,
                           .columns = {}};
  if (!flags.table_file.empty()) {
    std::vector<std::string> notes;
    absl::StatusOr<WordTableFile> table = ReadWordTableFile(flags.table_file, notes);
    if (!table.ok()) return console.Fail(kExitWrongInput, table.status());
    console.TellNotes(notes);
    for (WordValues& column : table->columns) {
      tensors.push_back({.name = column.name, .tensor = std::move(column.values)});
      request.columns.push_back({.name = column.name, .type = Name(column.type), .values = {}});
    }
  }
  for (const auto& [type, columns] :
       {std::pair("text", &flags.texts), std::pair("number", &flags.numbers),
        std::pair("integer", &flags.integers), std::pair("boolean", &flags.booleans)}) {
    for (const std::string& column : *columns) {
      const std::size_t equals = column.find('=');
      if (equals == std::string::npos) {
        return console.Fail(kExitWrongInput,
                            absl::InvalidArgumentError(
                                absl::StrCat("--", type, " is '", column, "'; give COLUMN=FILE.")));
      }
      absl::StatusOr<Tensor> values = ReadWordColumn(type, column.substr(equals + 1));
      if (!values.ok()) return console.Fail(kExitWrongInput, values.status());
      const std::string name = column.substr(0, equals);
      tensors.push_back({.name = name, .tensor = *std::move(values)});
      request.columns.push_back({.name = name, .type = type, .values = {}});
    }
  }
  const ServerInfo& server = client.server_info();
  if (server.max_word_columns > 0 && std::ssize(tensors) > server.max_word_columns) {
    return console.Fail(kExitWrongInput,
                        absl::InvalidArgumentError(absl::StrCat(
                            "The word table has ", tensors.size(),
                            " columns; the server takes at most ", server.max_word_columns, ".")));
  }
  const absl::Status taken = CheckNewResource(
      client.connection(),
      {.name = flags.resource.name,
       .texts = {{"display_name", flags.display_name}, {"description", flags.description}}});
  if (!taken.ok()) return console.FailCall(taken);
  absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(client.connection(), tensors, nullptr);
  if (!stored.ok()) return FailSubmission(console, stored.status());
  for (std::size_t i = 0; i < stored->size(); ++i) {
    request.columns[i].values = std::move((*stored)[i]);
  }
  return verbs.Show(console, CreateWordTable(client.connection(), request));
}

void AddColumnFlags(CLI::App& create, WordTableFlags& flags) {
  const auto add = [&create](const char* flag, std::vector<std::string>& columns,
                             const char* help) {
    create.add_option(flag, columns, help)->type_name("COLUMN=FILE")->allow_extra_args(false);
  };
  create
      .add_option("--table", flags.table_file,
                  "All columns of a words.tsv, words.csv or events.tsv (docs/words.md)")
      ->type_name("FILE");
  add("--text", flags.texts, "A column of texts: a text file with one line per word");
  add("--number", flags.numbers, "A column of numbers: a .npy file with one number per word");
  add("--integer", flags.integers,
      "A column of whole numbers: a .npy file with one number per word");
  add("--boolean", flags.booleans, "A column of 0 and 1: a .npy file with one number per word");
}

}  // namespace

void AddWordTableFlag(CLI::App& app, std::string& word_table) {
  app.add_option("--word-table", word_table,
                 "Word table that it belongs to (brainalign word-table list); the server rejects a "
                 "job whose recording and model name different tables")
      ->type_name("NAME");
}

Verb AddWordTable(CLI::App& root) {
  auto flags = std::make_shared<WordTableFlags>();
  CLI::App* app = root.add_subcommand(
      "word-table", "Word tables: the words that recordings and activations belong to");
  WordTableVerbs verbs(app, &flags->resource,
                       {.verb = "word-table",
                        .argument = "TABLE",
                        .takes = "NAME or PROJECT/NAME",
                        .noun = "word table",
                        .none = "no word tables of your project",
                        .list = ListWordTables,
                        .get = GetWordTable,
                        .erase = DeleteWordTable,
                        .describe = [](const WordTable& table) { return Describe(table); },
                        .to_json = WordTableToJson,
                        .list_to_json = WordTablesToJson});
  CLI::App* const create =
      verbs.Add("create", "Store a word table on the server",
                "create story --text word=words.txt --number onset=onsets.npy");
  create->add_option("NAME", flags->resource.name, "Name of the word table in your project")
      ->required();
  create->add_option("--display-name", flags->display_name, "Name for people");
  create->add_option("--description", flags->description, "Where the words are from");
  AddColumnFlags(*create, *flags);
  verbs.MayBeJson(create);
  verbs.AddList("Those of your project");
  verbs.AddShow("Show one word table with its columns", "show story");
  verbs.AddDelete("Delete a word table; recordings and models that named it keep its digest",
                  "delete story");
  return Verb{.app = app, .run = [=](Console& console) {
                absl::StatusOr<Client> client = Connect(flags->resource.server, console);
                if (!client.ok()) return console.FailCall(client.status());
                const std::optional<int> code = verbs.Run(console, client->connection());
                return code ? *code : Create(console, *client, *flags, verbs);
              }};
}

}  // namespace brainalign
