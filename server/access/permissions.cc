#include "server/access/permissions.h"

#include <algorithm>
#include <array>

namespace brainalign {
namespace {

struct Row {
  Method method;
  const char* name;
  Role own;             // the least role that may, with nothing or something of its own
  Role projects;        // with something of another person of the project
  bool other_projects;  // whether admins of all projects may, with something of any
  bool server;          // whether it is for admins of all projects alone
};

constexpr Role kReader = Role::kReader;
constexpr Role kSubmitter = Role::kSubmitter;
constexpr Role kAdmin = Role::kAdmin;

// An administrator of the server can see and cancel all jobs. Data and results belong to the
// project.
constexpr std::array kRows = {
    Row{Method::kGetServerInfo, "GetServerInfo", kReader, kReader, false, false},
    Row{Method::kFindMissingTensors, "FindMissingTensors", kSubmitter, kSubmitter, false, false},
    Row{Method::kStartUpload, "StartUpload", kSubmitter, kSubmitter, false, false},
    Row{Method::kWriteUpload, "WriteUpload", kSubmitter, kSubmitter, false, false},
    Row{Method::kQueryUpload, "QueryUpload", kSubmitter, kSubmitter, false, false},
    Row{Method::kCancelUpload, "CancelUpload", kSubmitter, kSubmitter, false, false},
    Row{Method::kReadTensor, "ReadTensor", kReader, kReader, false, false},
    Row{Method::kCreateJob, "CreateJob", kSubmitter, kSubmitter, false, false},
    Row{Method::kGetJob, "GetJob", kReader, kReader, true, false},
    Row{Method::kGetJobSpecification, "GetJobSpecification", kReader, kReader, false, false},
    Row{Method::kListJobs, "ListJobs", kReader, kReader, true, false},
    Row{Method::kCancelJob, "CancelJob", kSubmitter, kAdmin, true, false},
    Row{Method::kDeleteJob, "DeleteJob", kSubmitter, kAdmin, true, false},
    Row{Method::kWatchJob, "WatchJob", kReader, kReader, false, false},
    Row{Method::kGetJobResult, "GetJobResult", kReader, kReader, false, false},
    Row{Method::kReadResultArray, "ReadResultArray", kReader, kReader, false, false},
    Row{Method::kReadUncertainty, "ReadUncertainty", kReader, kReader, false, false},
    Row{Method::kCreateRecording, "CreateRecording", kSubmitter, kSubmitter, false, false},
    Row{Method::kDeleteRecording, "DeleteRecording", kSubmitter, kAdmin, false, false},
    Row{Method::kSealRecording, "SealRecording", kAdmin, kAdmin, false, false},
    Row{Method::kGetRecording, "GetRecording", kReader, kReader, false, false},
    Row{Method::kListRecordings, "ListRecordings", kReader, kReader, false, false},
    Row{Method::kUnsealRecording, "UnsealRecording", kAdmin, kAdmin, false, false},
    Row{Method::kListSubmissions, "ListSubmissions", kAdmin, kAdmin, false, false},
    Row{Method::kCreateWordTable, "CreateWordTable", kSubmitter, kSubmitter, false, false},
    Row{Method::kGetWordTable, "GetWordTable", kReader, kReader, false, false},
    Row{Method::kListWordTables, "ListWordTables", kReader, kReader, false, false},
    Row{Method::kDeleteWordTable, "DeleteWordTable", kSubmitter, kAdmin, false, false},
    Row{Method::kCreateModel, "CreateModel", kSubmitter, kSubmitter, false, false},
    Row{Method::kGetModel, "GetModel", kReader, kReader, false, false},
    Row{Method::kListModels, "ListModels", kReader, kReader, false, false},
    Row{Method::kDeleteModel, "DeleteModel", kSubmitter, kAdmin, false, false},
    Row{Method::kListQueue, "ListQueue", kAdmin, kAdmin, true, true},
    Row{Method::kListUploads, "ListUploads", kAdmin, kAdmin, true, true},
    Row{Method::kListProjects, "ListProjects", kAdmin, kAdmin, true, true},
    Row{Method::kListErrors, "ListErrors", kAdmin, kAdmin, true, true},
    Row{Method::kDrain, "Drain", kAdmin, kAdmin, true, true},
    Row{Method::kReload, "Reload", kAdmin, kAdmin, true, true},
    Row{Method::kCreateBackup, "CreateBackup", kAdmin, kAdmin, true, true},
    Row{Method::kServerReflectionInfo, "ServerReflectionInfo", kReader, kReader, false, false},
};

const Row& RowOf(Method method) {
  return *std::find_if(kRows.begin(), kRows.end(),
                       [&](const Row& row) { return row.method == method; });
}

}  // namespace

std::string NameOf(Role role) {
  switch (role) {
    case Role::kReader:
      return "reader";
    case Role::kSubmitter:
      return "submitter";
    case Role::kAdmin:
      return "admin";
  }
  return "";
}

std::optional<Role> RoleFromName(const std::string& name) {
  for (const Role role : {kReader, kSubmitter, kAdmin}) {
    if (NameOf(role) == name) return role;
  }
  return std::nullopt;
}

std::string NameOf(Method method) { return RowOf(method).name; }

const std::vector<Method>& AllMethods() {
  static const auto* const all = [] {
    auto* const methods = new std::vector<Method>();
    for (const Row& row : kRows) methods->push_back(row.method);
    return methods;
  }();
  return *all;
}

Verdict Judge(Role role, bool all_projects, Method method, Whose whose) {
  const Row& row = RowOf(method);
  const auto at_least = [&](Role least) {
    return role >= least ? Verdict::kAllowed : Verdict::kDenied;
  };
  if (row.server && !all_projects) return Verdict::kDenied;
  switch (whose) {
    case Whose::kNothing:
    case Whose::kOwn:
      return at_least(row.own);
    case Whose::kProjects:
      return at_least(row.projects);
    case Whose::kOtherProject:
      return all_projects && role == kAdmin && row.other_projects ? Verdict::kAllowed
                                                                  : Verdict::kHidden;
  }
  return Verdict::kHidden;
}

Whose WhoseIs(const Caller& caller, const std::string& project, const std::string& person) {
  if (project != caller.project) return Whose::kOtherProject;
  return person == caller.person ? Whose::kOwn : Whose::kProjects;
}

}  // namespace brainalign
