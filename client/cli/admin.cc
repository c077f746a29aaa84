// brainalign admin: the administration of a server.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/job_display.h"
#include "client/cli/moment.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/operation/operation_calls.h"
#include "client/report/listing_json.h"

namespace brainalign {
namespace {

struct AdminFlags {
  ServerFlags server;
  bool json = false;
  bool put_back = false;
  bool off = false;
  bool wait = false;
  // Filters of lists.
  std::vector<std::string> states;
  std::string project;
  std::string person;
  std::string recording;
  std::string prefix;
  std::string level;
  std::string since;

  bool filters() const {
    return !(states.empty() && project.empty() && person.empty() && recording.empty() &&
             prefix.empty() && level.empty() && since.empty());
  }
};

void Write(const Console& console, const std::string& heading,
           const std::vector<std::string>& lines, const std::string& none) {
  if (lines.empty()) {
    console.Tell(none);
    return;
  }
  if (!console.quiet) console.out.Write(heading + "\n");
  for (const std::string& line : lines) console.out.Write(line + "\n");
}

absl::Status Queue(Connection& connection, const Console& console, const AdminFlags& flags) {
  constexpr char kFormat[] = "%-9s  %-16s  %-16s  %9s  %9s  %-19s  %-36s  %s";
  QueueFilter filter = {
      .states = {}, .project = flags.project, .person = flags.person, .recording = flags.recording};
  for (const JobState state : {JobState::kQueued, JobState::kRunning}) {
    const auto& asked = flags.states;
    const bool is_asked = std::find(asked.begin(), asked.end(), Name(state)) != asked.end();
    if (is_asked) filter.states.push_back(state);
  }
  const auto entries = ListQueue(connection, filter);
  if (!entries.ok()) return entries.status();
  if (flags.json) {
    console.out.Write(QueueToJson(*entries));
    return absl::OkStatus();
  }
  std::vector<std::string> lines;
  for (const QueueEntry& entry : *entries) {
    const Job& job = entry.first;
    std::string line = absl::StrFormat(
        kFormat, Name(job.state), Printable(entry.project), Printable(entry.person),
        absl::StrCat(job.tiles_done, "/", job.tiles_total), FormatBytes(job.memory_bytes),
        LocalTime(job.create_time_unix_seconds), Printable(job.job_id), Printable(job.name));
    if (entry.jobs > 1) absl::StrAppend(&line, "  (and ", entry.jobs - 1, " like it)");
    if (job.reason != JobReason::kNone) absl::StrAppend(&line, "  (", Name(job.reason), ")");
    if (const std::string expected = ExpectationText(job); !expected.empty()) {
      absl::StrAppend(&line, "  (", expected, ")");
    }
    lines.push_back(std::move(line));
  }
  Write(console,
        absl::StrFormat(kFormat, "STATE", "PROJECT", "PERSON", "TILES", "MEMORY", "CREATED", "JOB",
                        "NAME"),
        lines,
        flags.filters() ? "no such jobs are waiting or running" : "no jobs are waiting or running");
  return absl::OkStatus();
}

absl::Status Uploads(Connection& connection, const Console& console, const AdminFlags& flags) {
  constexpr char kFormat[] = "%-32s  %-16s  %-16s  %10s  %10s  %-7s  %s";
  const auto uploads = ListUploads(connection, {flags.project, flags.person});
  if (!uploads.ok()) return uploads.status();
  if (flags.json) {
    console.out.Write(UploadsToJson(*uploads));
    return absl::OkStatus();
  }
  std::vector<std::string> lines;
  for (const UploadEntry& upload : *uploads) {
    lines.push_back(absl::StrFormat(
        kFormat, Printable(upload.upload_id), Printable(upload.project), Printable(upload.person),
        FormatBytes(upload.committed_bytes), FormatBytes(upload.size_bytes),
        upload.being_written ? "writing" : "idle", LocalTime(upload.expire_time_unix_seconds)));
  }
  Write(console,
        absl::StrFormat(kFormat, "UPLOAD", "PROJECT", "PERSON", "SAFE", "OF", "NOW",
                        "DROPPED IF IDLE UNTIL"),
        lines, flags.filters() ? "no such uploads are open" : "no uploads are open");
  return absl::OkStatus();
}

absl::Status Disk(Connection& connection, const Console& console, const AdminFlags& flags) {
  const auto use = ListProjects(connection, flags.prefix);
  if (!use.ok()) return use.status();
  if (flags.json) {
    console.out.Write(DiskToJson(*use));
    return absl::OkStatus();
  }
  std::vector<std::string> lines;
  for (const ProjectEntry& entry : use->projects) {
    lines.push_back(
        absl::StrFormat("%-32s  %10s", Printable(entry.project), FormatBytes(entry.stored_bytes)));
  }
  Write(console, absl::StrFormat("%-32s  %10s", "PROJECT", "HOLDS"), lines,
        flags.filters() ? "no such project holds tensors" : "no project holds tensors");
  console.Tell(absl::StrCat(FormatBytes(use->free_bytes), " are free on the disk"));
  return absl::OkStatus();
}

absl::Status Errors(Connection& connection, const Console& console, const AdminFlags& flags) {
  ErrorFilter filter = {.min_level = flags.level, .since_unix_seconds = std::nullopt};
  if (const auto since = ParseMoment(flags.since, absl::Now(), absl::LocalTimeZone())) {
    filter.since_unix_seconds = absl::ToDoubleSeconds(*since - absl::UnixEpoch());
  }
  const auto errors = ListErrors(connection, filter);
  if (!errors.ok()) return errors.status();
  if (flags.json) {
    console.out.Write(ErrorsToJson(*errors));
    return absl::OkStatus();
  }
  std::vector<std::string> lines;
  for (const LoggedError& error : *errors) {
    lines.push_back(absl::StrFormat("%s  %-7s  %s", LocalTime(error.time_unix_seconds),
                                    Printable(error.level), Printable(error.message)));
  }
  Write(console, absl::StrFormat("%-19s  %-7s  %s", "TIME", "LEVEL", "MESSAGE"), lines,
        flags.filters() ? "no such warnings or errors among the last ones of the server"
                        : "no warnings and no errors since the server started");
  return absl::OkStatus();
}

absl::Status Empty(Connection& connection, const Console& console, const AdminFlags& flags) {
  const DrainMode mode = flags.off        ? DrainMode::kOff
                         : flags.put_back ? DrainMode::kPutBack
                                          : DrainMode::kFinish;
  auto state = Drain(connection, mode);
  while (state.ok() && flags.wait && state->draining && state->running > 0) {
    if (!connection.options().clock->Sleep(1, console.stop)) {
      return absl::CancelledError("interrupted; the server continues draining");
    }
    state = Drain(connection, mode);
  }
  if (!state.ok()) return state.status();
  if (flags.json) {
    console.out.Write(DrainToJson(*state));
    return absl::OkStatus();
  }
  if (!state->draining) {
    console.Tell("the server accepts and starts jobs");
  } else if (state->running == 0) {
    console.Tell(absl::StrCat("nothing runs: the server can be stopped (", state->uploads,
                              " uploads continue after a restart)"));
  } else {
    console.Tell(absl::StrCat("the server accepts and starts nothing new; ", state->running,
                              " still run; repeat the command, or wait with --wait"));
  }
  return absl::OkStatus();
}

absl::Status Reload(Connection& connection, const Console& console, const AdminFlags& flags) {
  const auto outcome = ReloadServer(connection);
  if (!outcome.ok()) return outcome.status();
  if (flags.json) {
    console.out.Write(ReloadToJson(*outcome));
    return absl::OkStatus();
  }
  console.Tell(outcome->changed.empty()
                   ? "read again; no option changed"
                   : absl::StrCat("read again; changed: ", absl::StrJoin(outcome->changed, ", ")));
  if (!outcome->need_restart.empty()) {
    console.Tell(
        absl::StrCat("changes only with a restart: ", absl::StrJoin(outcome->need_restart, ", ")));
  }
  return absl::OkStatus();
}

}  // namespace

Verb AddAdmin(CLI::App& root) {
  using Act = absl::Status (*)(Connection&, const Console&, const AdminFlags&);
  auto flags = std::make_shared<AdminFlags>();
  CLI::App* app = root.add_subcommand("admin", "Administer a server: for admins of all projects");
  app->footer(
      "Examples:\n  brainalign admin queue --server lab:7733\n  brainalign admin drain --wait "
      "--server unix:/srv/brainalign/control.sock\n\nThe socket control.sock in the data folder "
      "needs no token.");
  app->require_subcommand(1);
  auto acts = std::make_shared<std::vector<std::pair<CLI::App*, Act>>>();
  const auto add = [&](const char* name, const char* help, Act act) {
    CLI::App* const made = app->add_subcommand(name, help);
    made->fallthrough();  // --quiet and --color are of all verbs
    AddServerFlags(*made, flags->server);
    AddJsonFlag(*made, flags->json);
    // The examples of the verb above are of other ones.
    made->footer(absl::StrCat("Example:\n  brainalign admin ", name, " --server lab:7733"));
    acts->emplace_back(made, act);
    return made;
  };
  const auto add_owner = [&](CLI::App* list, const char* project_help, const char* person_help) {
    list->add_option("--project", flags->project, project_help)->type_name("NAME");
    list->add_option("--person", flags->person, person_help)->type_name("NAME");
  };
  CLI::App* const queue = add("queue", "Show waiting and running jobs", &Queue);
  queue->add_option("--state", flags->states, "Only jobs in these states")
      ->delimiter(',')
      ->check(CLI::IsMember({"queued", "running"}));
  add_owner(queue, "Only jobs of this project", "Only jobs that this person submitted");
  queue->add_option("--recording", flags->recording, "Only jobs on this recording")
      ->type_name("PROJECT/NAME");
  CLI::App* const uploads = add("uploads", "Show open uploads", &Uploads);
  add_owner(uploads, "Only uploads of this project", "Only uploads that this person started");
  CLI::App* const disk = add("disk", "Show how many bytes each project stores", &Disk);
  disk->add_option("--prefix", flags->prefix, "Only projects whose names begin with this")
      ->type_name("TEXT");
  CLI::App* const errors = add("errors", "Show the last warnings and errors", &Errors);
  errors->add_option("--level", flags->level, "Only lines of this level or a more severe one")
      ->check(CLI::IsMember({"warning", "error", "critical"}));
  errors
      ->add_option("--since", flags->since,
                   "Only lines since then: a duration before now (90m, 2h30m), or a time "
                   "(2027-01-31, \"2027-01-31 12:00\", 2027-01-31T12:00:00Z)")
      ->type_name("WHEN")
      ->check([](const std::string& text) {
        const auto moment = ParseMoment(text, absl::Now(), absl::LocalTimeZone());
        return moment ? std::string()
                      : absl::StrCat("is '", text,
                                     "'; give a duration before now, such as 2h, or "
                                     "a time, such as \"2027-01-31 12:00\"");
      });
  CLI::App* const drain = add(
      "drain",
      "Prepare to stop the server: it accepts and starts nothing new, and finishes running jobs",
      &Empty);
  drain->add_flag("--put-back", flags->put_back,
                  "Return running jobs to their place in the queue; they keep their tiles");
  drain->add_flag("--wait", flags->wait, "Wait until no job is running");
  drain->add_flag("--off", flags->off, "Accept and start jobs again")->excludes("--put-back");
  add("reload", "Make the server read its config file and access file again", &Reload);
  return Verb{.app = app, .run = [flags, acts](Console& console) {
                absl::StatusOr<Client> client = Connect(flags->server, console);
                if (!client.ok()) return console.FailCall(client.status());
                for (const auto& [chosen, act] : *acts) {
                  if (!chosen->parsed()) continue;
                  const absl::Status status = act(client->connection(), console, *flags);
                  return status.ok() ? static_cast<int>(kExitDone) : console.FailCall(status);
                }
                return static_cast<int>(kExitDone);
              }};
}

}  // namespace brainalign
