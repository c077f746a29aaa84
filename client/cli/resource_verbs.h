#ifndef BRAINALIGN_CLIENT_CLI_RESOURCE_VERBS_H_
#define BRAINALIGN_CLIENT_CLI_RESOURCE_VERBS_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/console.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/connection/connection.h"

namespace brainalign {

// The flags of every verb about resources.
struct ResourceFlags {
  ServerFlags server;
  std::string name;    // PROJECT/NAME, or the NAME of a new one
  std::string person;  // whose resources are listed; empty: everybody's
  bool json = false;
};

// A kind of resource that the server keeps under names, with its verbs and texts.
template <typename Resource>
struct ResourceKind {
  std::string verb;      // such as "word-table"
  std::string argument;  // such as "TABLE"
  std::string takes;     // description of the argument: "NAME or PROJECT/NAME"
  std::string noun;      // such as "word table"
  std::string none;      // message if `list` finds none
  // Those that a person created, or all for "".
  std::function<absl::StatusOr<std::vector<Resource>>(Connection&, const std::string&)> list;
  std::function<absl::StatusOr<Resource>(Connection&, const std::string&)> get;
  std::function<absl::Status(Connection&, const std::string&)> erase;
  std::function<std::string(const Resource&)> describe;
  std::function<std::string(const Resource&)> to_json;
  std::function<std::string(const std::vector<Resource>&)> list_to_json;
};

// The verbs below one such as `brainalign model`: those that all kinds have alike (list, show,
// delete), and others that the kind adds. Copies are of the same verbs.
template <typename Resource>
class ResourceVerbs {
 public:
  // `app` is the verb of the kind. All three must outlive what is parsed and run.
  ResourceVerbs(CLI::App* app, ResourceFlags* flags, ResourceKind<Resource> kind)
      : app_(app), flags_(flags), kind_(std::move(kind)) {
    app->require_subcommand(1);
  }

  // Another verb. `example` is what follows `brainalign VERB`.
  CLI::App* Add(const std::string& name, const std::string& help, const std::string& example) {
    CLI::App* const made = app_->add_subcommand(name, help);
    made->footer(absl::StrCat("Example:\n  brainalign ", kind_.verb, " ", example));
    AddServerFlags(*made, flags_->server);
    return made;
  }
  // The same for a verb that names an existing resource, and for one that shows resources.
  CLI::App* AddNaming(const std::string& name, const std::string& help,
                      const std::string& example) {
    CLI::App* const made = Add(name, help, example);
    made->add_option(kind_.argument, flags_->name, kind_.takes)->required();
    return made;
  }
  void MayBeJson(CLI::App* shows) { AddJsonFlag(*shows, flags_->json); }

  void AddList(const std::string& help) {
    list_ = Add("list", help, "list");
    list_
        ->add_option("--person", flags_->person,
                     absl::StrCat("Only ", kind_.noun, "s that this person created"))
        ->type_name("NAME");
    MayBeJson(list_);
  }
  void AddShow(const std::string& help, const std::string& example) {
    show_ = AddNaming("show", help, example);
    MayBeJson(show_);
  }
  void AddDelete(const std::string& help, const std::string& example) {
    delete_ = AddNaming("delete", help, example);
  }

  // Runs the one of list, show and delete that was asked for. Nothing if it is another.
  std::optional<int> Run(const Console& console, Connection& connection) const {
    if (list_->parsed()) return List(console, connection);
    if (show_->parsed()) return Show(console, kind_.get(connection, flags_->name));
    if (delete_->parsed()) return Delete(console, connection);
    return std::nullopt;
  }

  // Shows the response of a call. Returns the exit code.
  int Show(const Console& console, const absl::StatusOr<Resource>& answer) const {
    if (!answer.ok()) return console.FailCall(answer.status());
    console.out.Write(flags_->json ? kind_.to_json(*answer) : kind_.describe(*answer));
    return kExitDone;
  }

 private:
  int List(const Console& console, Connection& connection) const {
    const absl::StatusOr<std::vector<Resource>> listed = kind_.list(connection, flags_->person);
    if (!listed.ok()) return console.FailCall(listed.status());
    if (flags_->json) {
      console.out.Write(kind_.list_to_json(*listed));
      return kExitDone;
    }
    if (listed->empty()) {
      console.Tell(flags_->person.empty()
                       ? kind_.none
                       : absl::StrCat(Printable(flags_->person), " created no ", kind_.noun));
    }
    for (const Resource& resource : *listed) console.out.Write(kind_.describe(resource));
    return kExitDone;
  }

  int Delete(const Console& console, Connection& connection) const {
    const absl::Status deleted = kind_.erase(connection, flags_->name);
    if (!deleted.ok()) return console.FailCall(deleted);
    console.Tell(
        absl::StrCat("there is no ", kind_.noun, " ", Printable(flags_->name), " any more"));
    return kExitDone;
  }

  CLI::App* app_;
  ResourceFlags* flags_;
  ResourceKind<Resource> kind_;
  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* delete_ = nullptr;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_RESOURCE_VERBS_H_
