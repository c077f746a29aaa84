// brainalign word-table: the words that recordings are locked to.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/experiment/word_columns.h"
#include "client/experiment/word_table_file.h"
#include "client/report/listing_json.h"
#include "client/resources/word_table_calls.h"

namespace brainalign {
namespace {

struct WordTableFlags {
  ServerFlags server;
  std::string table;  // PROJECT/NAME, or the NAME of a new one
  std::string display_name;
  std::string description;
  std::string table_file;  // whose columns are taken; empty: columns are given one by one
  // COLUMN=FILE of each type.
  std::vector<std::string> texts;
  std::vector<std::string> numbers;
  std::vector<std::string> integers;
  std::vector<std::string> booleans;
  bool json = false;
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

int Create(const Console& console, Client& client, const WordTableFlags& flags) {
  std::vector<TensorToUpload> tensors;
  WordTableRequest request{.name = flags.table,
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
  absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(client.connection(), tensors, nullptr);
  if (!stored.ok()) return FailSubmission(console, stored.status());
  for (std::size_t i = 0; i < stored->size(); ++i) {
    request.columns[i].values = std::move((*stored)[i]);
  }
  const absl::StatusOr<WordTable> created = CreateWordTable(client.connection(), request);
  if (!created.ok()) return console.FailCall(created.status());
  console.out.Write(flags.json ? WordTableToJson(*created) : Describe(*created));
  return kExitDone;
}

int List(const Console& console, Connection& connection, const WordTableFlags& flags) {
  const absl::StatusOr<std::vector<WordTable>> tables = ListWordTables(connection);
  if (!tables.ok()) return console.FailCall(tables.status());
  if (flags.json) {
    console.out.Write(WordTablesToJson(*tables));
    return kExitDone;
  }
  if (tables->empty()) console.Tell("no word tables of your project");
  for (const WordTable& table : *tables) console.out.Write(Describe(table));
  return kExitDone;
}

int Show(const Console& console, Connection& connection, const WordTableFlags& flags) {
  const absl::StatusOr<WordTable> table = GetWordTable(connection, flags.table);
  if (!table.ok()) return console.FailCall(table.status());
  console.out.Write(flags.json ? WordTableToJson(*table) : Describe(*table));
  return kExitDone;
}

int Delete(const Console& console, Connection& connection, const WordTableFlags& flags) {
  const absl::Status deleted = DeleteWordTable(connection, flags.table);
  if (!deleted.ok()) return console.FailCall(deleted);
  console.Tell(absl::StrCat("there is no word table ", Printable(flags.table), " any more"));
  return kExitDone;
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
  add("--text", flags.texts, "A column of texts: a text file with a line a word");
  add("--number", flags.numbers, "A column of numbers: a .npy file with one a word");
  add("--integer", flags.integers, "A column of whole numbers: a .npy file with one a word");
  add("--boolean", flags.booleans, "A column of 0 and 1: a .npy file with one a word");
}

}  // namespace

void AddWordTableFlag(CLI::App& app, std::string& word_table) {
  app.add_option("--word-table", word_table,
                 "The word table that it belongs to (brainalign word-table list); a job is refused "
                 "if its recording and its model name different ones")
      ->type_name("NAME");
}

Verb AddWordTable(CLI::App& root) {
  auto flags = std::make_shared<WordTableFlags>();
  CLI::App* app =
      root.add_subcommand("word-table", "Word tables: the words that recordings are locked to");
  app->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& help,
                       const std::string& example) {
    CLI::App* const made = app->add_subcommand(name, help);
    made->footer("Example:\n  brainalign word-table " + example);
    AddServerFlags(*made, flags->server);
    return made;
  };
  CLI::App* const create = add("create", "Keep a word table, made of columns",
                               "create story --text word=words.txt --number onset=onsets.npy");
  create->add_option("NAME", flags->table, "Name of the word table in your project")->required();
  create->add_option("--display-name", flags->display_name, "Name for people");
  create->add_option("--description", flags->description, "Where the words are from");
  AddColumnFlags(*create, *flags);
  CLI::App* const list = add("list", "Those of your project", "list");
  CLI::App* const show = add("show", "One word table with its columns", "show story");
  CLI::App* const erase = add("delete",
                              "Forget a word table; recordings and models that named it keep its "
                              "digest",
                              "delete story");
  for (CLI::App* const named : {show, erase}) {
    named->add_option("TABLE", flags->table, "NAME or PROJECT/NAME")->required();
  }
  for (CLI::App* const shows : {create, list, show}) AddJsonFlag(*shows, flags->json);
  return Verb{.app = app, .run = [=](Console& console) {
                absl::StatusOr<Client> client = Connect(flags->server, console);
                if (!client.ok()) return console.FailCall(client.status());
                if (create->parsed()) return Create(console, *client, *flags);
                Connection& connection = client->connection();
                if (list->parsed()) return List(console, connection, *flags);
                if (show->parsed()) return Show(console, connection, *flags);
                return Delete(console, connection, *flags);
              }};
}

}  // namespace brainalign
